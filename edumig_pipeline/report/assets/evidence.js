// Where sources part and what was revised. Belongs here: those tables. Does not belong here: charts, or claims (claims.js).

class Evidence {
  constructor(figures) {
    Object.assign(this, { figures, words: figures.words, tables: figures.tables, limits: figures.limits });
  }

  text(id, key, show) {
    const { words } = this;
    return { id, head: words.say(key), csv: (row) => row[id] ?? null, show: show ?? ((row) => row[id]) };
  }

  amount(id, key, show) {
    return { ...this.text(id, key, show ?? ((row) => this.words.number(row[id]))), number: true };
  }

  /** The first or the second of two figures of an indicator in its unit, so that they can be told apart. */
  figure(indicator, values, place) {
    const { words } = this;
    const unit = words.indicators.get(indicator)?.unit_measure;
    const value = words.apart(...values, { PT: 2, RT: 3 }[unit] ?? 0)[place];
    return unit === "PT" && values[place] !== null ? words.say("percent", { value }) : value;
  }

  pair(letter, key) {
    const { words } = this;
    return [
      {
        id: `source_${letter}`,
        head: words.say(key),
        csv: (row) => row[`source_${letter}`],
        show: (row) => words.release(row[`source_${letter}`], row[`release_${letter}`]),
      },
      { id: `release_${letter}`, csv: (row) => row[`release_${letter}`] },
    ];
  }

  about() {
    const { words } = this;
    return [
      this.text("ref_area", "area", (row) => areaName(words, row.ref_area)),
      this.text(
        "counterpart_area",
        "partner",
        (row) => (row.counterpart_area === "_T" ? "–" : areaName(words, row.counterpart_area)),
      ),
      this.text("time_period", "period", (row) => words.period(row.time_period)),
    ];
  }

  /** Columns without a heading are for CSV alone. */
  static shown(columns) {
    return columns.filter((column) => column.show);
  }

  reconciliation(state) {
    const { words, tables } = this;
    const country = words.area(state.country);
    const rows = tables.reconciliation.where({ area: state.country });
    const nothing = words.say("reconciliation_nothing", { country });
    const concept = this.text("concept", "concept", (row) => words.indicator(row.concept));
    const ratio = (id, key) => this.amount(id, key, (row) => (row[id] === null ? "–" : words.apart(row[id], 1, 3)[0]));
    const counts = [
      concept,
      ...this.pair("a", "first_source"),
      ...this.pair("b", "second_source"),
      this.amount("figures", "figures_in_both"),
      this.amount("equal_figures", "figures_equal"),
      ratio("median_ratio", "median_ratio"),
      ratio("smallest_ratio", "smallest_ratio"),
      ratio("largest_ratio", "largest_ratio"),
      { id: "explanation", csv: (row) => row.explanation },
    ];
    const reasons = new Set(rows.map((row) => row.explanation).filter(Boolean));
    const value = (letter) => this.amount(
      `value_${letter}`,
      "figure",
      (row) => this.figure(row.concept, [row.value_a, row.value_b], letter === "a" ? 0 : 1),
    );
    const largest = [
      concept,
      ...this.about(),
      ...this.pair("a", "first_source"),
      value("a"),
      ...this.pair("b", "second_source"),
      value("b"),
      ratio("ratio", "ratio"),
    ];
    const differing = tables.reconciliation_largest.where({ area: state.country });
    return [
      ...this.table(
        this.figures.file(state, "sources-compared"),
        words.say("reconciliation_counts", { country }),
        counts,
        rows,
        nothing,
      ),
      reasons.size ? el("p", { class: "note" }, words.say("known_reasons")) : null,
      reasons.size ? el("ul", { class: "notes", lang: "en" }, [...reasons].map((reason) => el("li", {}, reason))) : null,
      ...(rows.length
        ? [
            el("h3", {}, words.say("reconciliation_largest", { country })),
            ...this.table(
              this.figures.file(state, "largest-differences"),
              words.say("reconciliation_largest", { country }),
              largest,
              differing,
              words.say("reconciliation_equal"),
            ),
            this.leftOut(differing, this.limits.differences, "reconciliation"),
          ]
        : []),
    ];
  }

  revisions(state) {
    const { words, tables } = this;
    const country = words.area(state.country);
    const releases = [this.text("from_release", "older_release"), this.text("to_release", "newer_release")];
    const source = this.text("source", "source", (row) => words.source(row.source));
    const indicator = this.text("indicator", "indicator", (row) => words.indicator(row.indicator));
    const all = [
      source,
      this.text("dataset", "dataset"),
      ...releases,
      this.amount("rows_compared", "rows_compared"),
      this.amount("rows_added", "change_added"),
      this.amount("rows_revised", "change_revised"),
      this.amount(
        "share_revised",
        "share_revised",
        (row) => words.percent(row.share_revised === null ? null : 100 * row.share_revised),
      ),
      this.amount("rows_retracted", "change_retracted"),
      this.amount("rows_of_other_status", "change_status"),
    ];
    const counts = [
      source,
      ...releases,
      indicator,
      this.amount("added", "change_added"),
      this.amount("revised", "change_revised"),
      this.amount("retracted", "change_retracted"),
      this.amount("other_status", "change_status"),
    ];
    const value = (which, key) => this.amount(
      `${which}_value`,
      key,
      (row) => this.figure(row.indicator, [row.old_value, row.new_value], which === "old" ? 0 : 1),
    );
    const status = (which) => ({ id: `${which}_status`, csv: (row) => row[`${which}_status`] });
    const largest = [
      source,
      indicator,
      ...this.about(),
      ...releases,
      value("old", "older_figure"),
      status("old"),
      value("new", "newer_figure"),
      status("new"),
      this.amount("relative_difference", "change_in_per_cent", (row) => {
        const share = row.relative_difference === null ? null : 100 * row.relative_difference;
        return (share >= 0.1 ? "+" : "") + words.percent(share);
      }),
    ];
    const revised = tables.revisions_largest.where({ area: state.country });
    const title = words.say("revisions_largest", { country });
    return [
      ...this.table(
        "edumig-release-changes",
        words.say("revisions_all"),
        all,
        tables.release_changes.where(),
        words.say("revisions_nothing"),
      ),
      el("h3", {}, words.say("revisions_country", { country })),
      ...this.table(
        this.figures.file(state, "revisions"),
        words.say("revisions_country", { country }),
        counts,
        tables.revision_counts.where({ area: state.country }),
        words.say("revisions_country_nothing", { country }),
      ),
      revised.length ? el("h3", {}, title) : null,
      ...(revised.length ? this.table(this.figures.file(state, "revised-figures"), title, largest, revised, "") : []),
      this.leftOut(revised, this.limits.revisions, "revisions"),
    ].filter(Boolean);
  }

  /** That the page holds no more than so many, and where all are; nothing where it holds all. */
  leftOut(rows, limit, table) {
    return rows.length >= limit ? el("p", { class: "note" }, this.words.say("left_out", { limit, table })) : null;
  }

  /** A table with its button for CSV, or the sentence that there is nothing. */
  table(file, caption, columns, rows, nothing) {
    if (!rows.length) return [el("p", {}, nothing)];
    const { words } = this;
    return [
      dataTable(words, caption, Evidence.shown(columns), rows),
      el("p", { class: "actions" }, csvButton(words, file, caption, columns, rows)),
    ];
  }
}
