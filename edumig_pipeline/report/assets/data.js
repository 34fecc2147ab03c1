// What the page carries, unpacked: tables by column. Belongs here: reading. Does not belong here: showing.

/** The packed content of the page (see packing.py): base64 of gzipped JSON. */
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** A table by column: numbers, or each row's place in the list of the column's values. */
class Table {
  constructor({ rows, columns }) {
    this.rows = rows;
    this.columns = columns;
    this.names = Object.keys(columns);
  }

  value(name, row) {
    const column = this.columns[name];
    if (column.numbers) return column.numbers[row];
    const code = column.codes[row];
    return code < 0 ? null : column.values[code];
  }

  /** The rows whose columns equal `wanted`, as objects, in the table's order. */
  where(wanted = {}) {
    const tests = [];
    for (const [name, value] of Object.entries(wanted)) {
      const column = this.columns[name];
      const sought = column.numbers ? value : column.values.indexOf(value);
      if (!column.numbers && sought < 0) return [];
      tests.push([column.numbers ?? column.codes, sought]);
    }
    const found = [];
    for (let row = 0; row < this.rows; row++) {
      if (tests.every(([values, sought]) => values[row] === sought)) {
        found.push(Object.fromEntries(this.names.map((name) => [name, this.value(name, row)])));
      }
    }
    return found;
  }

  /** The values a text column has, whether or not a row of interest has them. */
  values(name) {
    return this.columns[name].values;
  }
}
