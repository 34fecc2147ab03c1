// How rows of the tables become marks, sentences and columns. Belongs here: what charts of every subject share. Does not belong
// here: what a chart shows (country.js, partners.js), how marks are drawn (charts.js) or framed (figure.js).

class Figures {
  constructor(tables, words, limits) {
    Object.assign(this, { tables, words, limits });
  }

  file(state, ...parts) {
    return ["edumig", state.country, ...parts].join("-").replace(/[^\w-]+/g, "_");
  }

  /** Marks of a series by year: points, and lines from one year with a figure to the next one of the same source only. */
  static series(rows, common) {
    const points = rows.filter((row) => row.value !== null).map((row) => ({ ...row, ...common }));
    const marks = points.map((point) => ({ ...point, mark: "point" }));
    let run = 0;
    let last = null;
    for (let place = 1; place < points.length; place++) {
      const [from, to] = [points[place - 1], points[place]];
      if (to.year !== from.year + 1 || to.source !== from.source) {
        last = null;
        continue;
      }
      const drawn = [from, to].some((point) => point.kind === "estimated") ? "estimated" : "reported";
      if (drawn !== last) {
        run += 1;
        marks.push({ ...from, mark: "line", kind: drawn, run: `${common.id}-${run}` });
      }
      marks.push({ ...to, mark: "line", kind: drawn, run: `${common.id}-${run}` });
      last = drawn;
    }
    return marks;
  }

  /** What a tooltip and a point say. */
  told(row, name) {
    const { words } = this;
    return {
      name,
      year: row.year,
      period: String(row.year),
      value: row.value,
      kind: kind(row.status),
      source: row.source,
      shown: words.number(row.value),
      status: words.status(row.status),
      origin: words.release(row.source, row.release),
    };
  }

  column(id, key, options) {
    const { words } = this;
    const show = options.show ?? ((row) => (options.number ? words.number(row[id]) : row[id]));
    return { id, head: words.say(key), csv: (row) => row[id] ?? null, ...options, show };
  }

  origins() {
    const { words } = this;
    return [
      this.column("source", "source", { show: (row) => words.source(row.source) }),
      this.column("release", "release", {}),
    ];
  }

  /** A series in a sentence: first and last figure, and the years between that have none. */
  trend(series, name) {
    const { words } = this;
    const known = series.filter((row) => row.value !== null);
    if (!known.length) return words.say("trend_nothing", { name });
    const [first, last] = [known[0], known.at(-1)];
    const years = new Set(known.map((row) => row.year));
    const gaps = [];
    for (let year = first.year; year < last.year; year++) if (!years.has(year)) gaps.push(year);
    const told = { name, from: first.year, first: words.number(first.value), to: last.year, last: words.number(last.value) };
    const sentence = first === last ? words.say("trend_one", told) : words.say("trend", told);
    return gaps.length ? `${sentence} ${words.say("trend_gaps", { years: words.years(gaps) })}` : sentence;
  }

  /** That there is nothing, and who was asked. */
  nothing(topic, country) {
    const { words, tables } = this;
    const releases = (of) =>
      tables.asked.where({ topic: of }).map((row) => {
        const name = words.release(row.source, row.release);
        const { coverage } = words.releases.get(`${row.source}/${row.release}`);
        return coverage === "extract" ? `${name} (${words.say("extract")})` : name;
      });
    const sentence = words.say(`nothing_${topic}`, { country });
    const asked = releases(topic);
    if (asked.length) return [sentence, words.say("asked", { releases: words.list(asked) })];
    const totals = releases(topic.replace("partners_", ""));
    return totals.length ? [
      sentence,
      words.say("asked_totals", { releases: words.list(totals) }),
    ] : [sentence, words.say("asked_nobody")];
  }
}
