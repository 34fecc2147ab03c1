// The article checked, where sources part, what was revised. Belongs here: those lists and the filters of the first. Does not
// belong here: charts.

const FIRST_CLAIMS = 10;

/** The checks of each claim, the one that says most first. */
class Claims {
  constructor(tables, words, ranked) {
    const place = (check) => ranked.indexOf(check.verdict);
    const checks = tables.claim_checks.where();
    this.words = words;
    this.ranked = ranked;
    this.all = tables.claims.where().map((claim) => {
      const own = checks.filter((check) => check.claim_id === claim.claim_id).sort((a, b) => place(a) - place(b));
      return { ...claim, checks: own, verdict: own[0]?.verdict ?? "no_evidence" };
    });
    this.filter = { verdict: "", section: "", text: "" };
    this.room = FIRST_CLAIMS;
  }

  count(verdict) {
    return this.all.filter((claim) => claim.verdict === verdict).length;
  }

  found() {
    const { verdict, section, text } = this.filter;
    const sought = text.trim().toLocaleLowerCase();
    const says = (claim) =>
      [claim.claim_id, claim.statement, claim.printed, claim.cited ?? "", ...claim.checks.map((check) => check.explanation)].join(" ").toLocaleLowerCase();
    return this.all.filter(
      (claim) => (!verdict || claim.verdict === verdict) && (!section || claim.section === section) && (!sought || says(claim).includes(sought)),
    );
  }

  controls(changed) {
    const { words, filter } = this;
    const set = (name) => (value) => {
      filter[name] = value;
      this.room = FIRST_CLAIMS;
      changed();
    };
    const verdicts = [["", words.say("any_verdict")], ...this.ranked.map((one) => [one, `${words.say(`verdict_${one}`)} (${this.count(one)})`])];
    const sections = [...new Set(this.all.map((claim) => claim.section))];
    const section = (one) => (words.has(`section_${one}`) ? words.say(`section_${one}`) : one);
    const text = el("input", { id: "claims-text", type: "search", value: filter.text, autocomplete: "off" });
    text.addEventListener("input", () => set("text")(text.value));
    return [
      labelledSelect("claims-verdict", words.say("verdict"), verdicts, filter.verdict, set("verdict")),
      labelledSelect("claims-section", words.say("article_section"), [["", words.say("any_section")], ...sections.map((one) => [one, section(one)])], filter.section, set("section")),
      el("span", { class: "control" }, el("label", { for: "claims-text" }, words.say("claims_search")), text),
    ];
  }

  evidence(check, claim) {
    const { words } = this;
    if (check.evidence_value === null) return null;
    const value = claim.unit_measure === "PT" ? words.percent(check.evidence_value, 3) : words.number(check.evidence_value, 3);
    return el("p", { class: "evidence" }, words.say("evidence", { release: words.release(check.evidence_source, check.evidence_release), period: words.period(check.evidence_period), value }));
  }

  item(claim) {
    const { words } = this;
    const badge = (verdict) => el("span", { class: `badge ${verdict}` }, words.say(`verdict_${verdict}`));
    const against = (check) => (check.check === "article" ? words.say("check_article") : words.source(check.check));
    const [first, ...others] = claim.checks;
    const facts = [words.say("claim_printed", { printed: claim.printed }), words.say("claim_period", { period: words.period(claim.time_period) })];
    if (claim.cited) facts.push(words.say("claim_cited", { cited: claim.cited }));
    const told = (check) => [el("p", { lang: "en" }, check.explanation), this.evidence(check, claim)];
    return el(
      "li",
      { class: "claim", "data-verdict": claim.verdict, id: claim.claim_id },
      el("p", { class: "claim-head" }, badge(claim.verdict), el("span", { class: "claim-id" }, claim.claim_id)),
      el("p", { class: "statement", lang: "en" }, claim.statement),
      el("p", { class: "facts" }, facts.join(" · ")),
      first ? told(first) : null,
      others.length
        ? el("details", {}, el("summary", {}, words.say("other_checks", { count: others.length })), others.map((check) => el("div", {}, el("p", {}, badge(check.verdict), ` ${against(check)}`), told(check))))
        : null,
    );
  }

  columns() {
    const field = (id, of = (row) => row) => ({ id, head: id, csv: (row) => of(row)[id] ?? null, show: () => null });
    const check = (row) => row.check ?? {};
    const names = ["claim_id", "source", "section", "cited", "statement", "printed", "indicator", "ref_area", "counterpart_area", "time_period", "claimed_value", "unit_measure"];
    const checked = ["check", "verdict", "evidence_source", "evidence_release", "evidence_period", "evidence_value", "difference", "explanation"];
    return [...names.map((id) => field(id, (row) => row.claim)), ...checked.map((id) => field(id, check))];
  }

  /** The claims found, said aloud, listed, and as CSV: a row for each check. */
  show(list, told, actions) {
    const { words } = this;
    const found = this.found();
    told.replaceChildren(words.say("claims_found", { found: found.length, all: this.all.length }));
    list.replaceChildren(...found.slice(0, this.room).map((claim) => this.item(claim)));
    const rows = found.flatMap((claim) => claim.checks.map((check) => ({ claim, check })));
    const more = () => {
      const next = this.room;
      this.room = found.length;
      this.show(list, told, actions);
      list.children[next].tabIndex = -1;
      list.children[next].focus();
    };
    actions.replaceChildren(csvButton(words, "edumig-claims", words.say("claims_title"), this.columns(), rows));
    if (found.length > this.room) {
      actions.prepend(el("button", { type: "button", class: "save", onclick: more }, words.say("claims_all", { count: found.length })));
    }
  }
}

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
      { id: `source_${letter}`, head: words.say(key), csv: (row) => row[`source_${letter}`], show: (row) => words.release(row[`source_${letter}`], row[`release_${letter}`]) },
      { id: `release_${letter}`, csv: (row) => row[`release_${letter}`] },
    ];
  }

  about() {
    const { words } = this;
    return [
      this.text("ref_area", "area", (row) => areaName(words, row.ref_area)),
      this.text("counterpart_area", "partner", (row) => (row.counterpart_area === "_T" ? "–" : areaName(words, row.counterpart_area))),
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
    const value = (letter) => this.amount(`value_${letter}`, "figure", (row) => this.figure(row.concept, [row.value_a, row.value_b], letter === "a" ? 0 : 1));
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
      ...this.table(this.figures.file(state, "sources-compared"), words.say("reconciliation_counts", { country }), counts, rows, nothing),
      reasons.size ? el("p", { class: "note" }, words.say("known_reasons")) : null,
      reasons.size ? el("ul", { class: "notes", lang: "en" }, [...reasons].map((reason) => el("li", {}, reason))) : null,
      ...(rows.length
        ? [
            el("h3", {}, words.say("reconciliation_largest", { country })),
            ...this.table(this.figures.file(state, "largest-differences"), words.say("reconciliation_largest", { country }), largest, differing, words.say("reconciliation_equal")),
            differing.length >= this.limits.differences ? el("p", { class: "note" }, words.say("left_out", { limit: this.limits.differences, table: "reconciliation" })) : null,
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
      this.amount("share_revised", "share_revised", (row) => words.percent(row.share_revised === null ? null : 100 * row.share_revised)),
      this.amount("rows_retracted", "change_retracted"),
      this.amount("rows_of_other_status", "change_status"),
    ];
    const counts = [source, ...releases, indicator, this.amount("added", "change_added"), this.amount("revised", "change_revised"), this.amount("retracted", "change_retracted"), this.amount("other_status", "change_status")];
    const value = (which, key) => this.amount(`${which}_value`, key, (row) => this.figure(row.indicator, [row.old_value, row.new_value], which === "old" ? 0 : 1));
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
      this.amount("relative_difference", "change_in_per_cent", (row) => (row.relative_difference >= 0.001 ? "+" : "") + words.percent(row.relative_difference === null ? null : 100 * row.relative_difference)),
    ];
    const revised = tables.revisions_largest.where({ area: state.country });
    const title = words.say("revisions_largest", { country });
    return [
      ...this.table("edumig-release-changes", words.say("revisions_all"), all, tables.release_changes.where(), words.say("revisions_nothing")),
      el("h3", {}, words.say("revisions_country", { country })),
      ...this.table(this.figures.file(state, "revisions"), words.say("revisions_country", { country }), counts, tables.revision_counts.where({ area: state.country }), words.say("revisions_country_nothing", { country })),
      ...(revised.length ? [el("h3", {}, title), ...this.table(this.figures.file(state, "revised-figures"), title, largest, revised, "")] : []),
      revised.length >= this.limits.revisions ? el("p", { class: "note" }, words.say("left_out", { limit: this.limits.revisions, table: "revisions" })) : null,
    ].filter(Boolean);
  }

  table(file, caption, columns, rows, nothing) {
    if (!rows.length) return [el("p", {}, nothing)];
    const { words } = this;
    return [dataTable(words, caption, Evidence.shown(columns), rows), el("p", { class: "actions" }, csvButton(words, file, caption, columns, rows))];
  }
}
