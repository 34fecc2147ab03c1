// The page's elements: built from text, never from markup. Belongs here: elements, tables, CSV. Does not belong here: what is
// in them.

/** An element with attributes and children; texts become text. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Name of an area, marked as English where it is in a publisher's own words. */
function areaName(words, code) {
  const lang = words.areaLang(code);
  return lang === words.lang ? words.area(code) : el("span", { lang }, words.area(code));
}

/**
 * A table in a box of its own that scrolls when it is wide. A column has `head` and `show(row)`; `number` where its cells are
 * numbers, `whole` where they stay on one line. The first column heads its row.
 */
function dataTable(words, caption, columns, rows) {
  const head = el(
    "tr",
    {},
    columns.map((column) => el("th", { scope: "col", class: column.number ? "number" : null }, column.head)),
  );
  const body = rows.map((row) =>
    el(
      "tr",
      {},
      columns.map((column, place) =>
        el(
          place ? "td" : "th",
          {
            scope: place ? null : "row",
            class: column.number ? "number" : column.whole ? "whole" : null,
            lang: column.lang ?? null,
          },
          column.show(row) ?? "–",
        ),
      ),
    ),
  );
  const table = el("table", {}, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, body));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, table);
}

/** A cell of CSV: a text that a spreadsheet would take for a formula gets an apostrophe. */
function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as CSV; a column is written as `csv(row)` under its `id`, if it has one. */
function csv(columns, rows) {
  const written = columns.filter((column) => column.id);
  const lines = [written.map((column) => column.id), ...rows.map((row) => written.map((column) => column.csv(row)))];
  return lines.map((line) => line.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

/** Hand a file to the reader. */
function save(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The button that saves a table as CSV; with a byte order mark, by which spreadsheets know the letters. */
function csvButton(words, name, about, columns, rows) {
  const press = () => save(`${name}.csv`, "text/csv;charset=utf-8", `\uFEFF${csv(columns, rows)}`);
  return el(
    "button",
    { type: "button", class: "save", onclick: press, "aria-label": `${words.say("save_csv")}: ${about}` },
    words.say("save_csv"),
  );
}

/** A select with a visible label. `options` are [value, text]. */
function labelledSelect(id, label, options, chosen, changed) {
  const select = el(
    "select",
    { id },
    options.map(([value, text]) => el("option", { value, selected: String(value) === String(chosen) }, text)),
  );
  select.addEventListener("change", () => changed(select.value));
  return el("span", { class: "control" }, el("label", { for: id }, label), select);
}
