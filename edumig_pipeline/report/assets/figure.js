// A chart on the page with all that belongs to it: title, unit, sources, pictures, CSV, table. Belongs here: that frame. Does
// not belong here: what any chart says (figures.js).

const FILLED = ["subtitle", "plot", "key", "summary", "notes", "credits", "actions", "data"];

class Figure {
  constructor(root, content, words) {
    Object.assign(this, { root, content, words });
    this.id = root.id;
    this.chart = root.dataset.chart;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.drawing = null;
    this.embedded = null;
    this.width = 0;
  }

  /**
   * Say what there is, or in words that there is nothing. `drawing` has title, subtitle, summary, figures, statuses, columns,
   * rows, credits, file, and may have notes; or title and nothing.
   */
  show(drawing) {
    const { words } = this;
    this.drawing = drawing;
    this.part("title").replaceChildren(drawing.title);
    const empty = Boolean(drawing.nothing);
    this.part("nothing").replaceChildren(...(drawing.nothing ?? []).map((text) => el("p", {}, text)));
    for (const name of FILLED) this.part(name).hidden = empty;
    this.part("nothing").hidden = !empty;
    if (empty) {
      this.clear();
      return;
    }
    this.part("subtitle").replaceChildren(drawing.subtitle);
    this.part("summary").replaceChildren(drawing.summary);
    this.part("notes").replaceChildren(...(drawing.notes ?? []).map((text) => el("li", {}, text)));
    this.part("notes").hidden = !drawing.notes?.length;
    this.part("credits").replaceChildren(`${words.say("sources_label")} `, drawing.credits.join(" · "));
    this.part("key").replaceChildren(...this.statusKey(drawing.statuses));
    this.part("actions").replaceChildren(
      this.button("save_png", () => this.savePng()),
      this.button("save_svg", () => this.saveSvg()),
      csvButton(words, drawing.file, drawing.title, drawing.columns, drawing.rows),
    );
    this.part("data").replaceChildren(
      el("summary", {}, words.say("show_table", { rows: words.number(drawing.rows.length) })),
      dataTable(words, drawing.title, drawing.columns, drawing.rows),
    );
  }

  /** What the marks mean, and each status that occurs, in words. */
  statusKey(statuses) {
    const { words } = this;
    const present = [...new Set(statuses)].filter(Boolean).sort();
    return present.map((code) =>
      el(
        "li",
        {},
        el(
          "span",
          { class: `mark ${this.content.without_value.includes(code) ? "nothing-drawn" : kind(code)}`, "aria-hidden": "true" },
        ),
        words.status(code),
      ),
    );
  }

  button(key, press) {
    const label = this.words.say(key);
    return el(
      "button",
      { type: "button", class: "save", onclick: press, "aria-label": `${label}: ${this.drawing.title}` },
      label,
    );
  }

  async saveSvg() {
    const made = await picture(this.chart, this.drawing, this.content, this.words);
    save(`${this.drawing.file}.svg`, "image/svg+xml", made.text);
  }

  async savePng() {
    save(`${this.drawing.file}.png`, "image/png", await png(await picture(this.chart, this.drawing, this.content, this.words)));
  }

  clear() {
    this.embedded?.finalize();
    this.embedded = null;
    this.part("plot").replaceChildren();
  }

  /** Draw what was said last, at the width there is. */
  async draw() {
    if (!this.drawing || this.drawing.nothing) return;
    const plot = this.part("plot");
    this.width = plot.clientWidth;
    if (!this.width) return;
    const before = this.embedded;
    this.embedded = await draw(this.chart, this.drawing, plot, this.content, this.words);
    before?.finalize();
    plot.dataset.drawn = String(Number(plot.dataset.drawn ?? 0) + 1);
  }
}
