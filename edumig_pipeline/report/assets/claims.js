// The article checked: claims, their checks and the filters. Belongs here: that list. Does not belong here: a verdict's making
// (marts/claim_checks.sql).

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
      [
        claim.claim_id,
        claim.statement,
        claim.printed,
        claim.cited ?? "",
        ...claim.checks.map((check) => check.explanation),
      ].join(" ").toLocaleLowerCase();
    return this.all.filter(
      (claim) =>
        (!verdict || claim.verdict === verdict) &&
        (!section || claim.section === section) &&
        (!sought || says(claim).includes(sought)),
    );
  }

  controls(changed) {
    const { words, filter } = this;
    const set = (name) => (value) => {
      filter[name] = value;
      this.room = FIRST_CLAIMS;
      changed();
    };
    const verdicts = [
      ["", words.say("any_verdict")],
      ...this.ranked.map((one) => [one, `${words.say(`verdict_${one}`)} (${this.count(one)})`]),
    ];
    const sections = [...new Set(this.all.map((claim) => claim.section))];
    const section = (one) => (words.has(`section_${one}`) ? words.say(`section_${one}`) : one);
    const text = el("input", { id: "claims-text", type: "search", value: filter.text, autocomplete: "off" });
    text.addEventListener("input", () => set("text")(text.value));
    return [
      labelledSelect("claims-verdict", words.say("verdict"), verdicts, filter.verdict, set("verdict")),
      labelledSelect(
        "claims-section",
        words.say("article_section"),
        [["", words.say("any_section")], ...sections.map((one) => [one, section(one)])],
        filter.section,
        set("section"),
      ),
      el("span", { class: "control" }, el("label", { for: "claims-text" }, words.say("claims_search")), text),
    ];
  }

  evidence(check, claim) {
    const { words } = this;
    if (check.evidence_value === null) return null;
    const value = claim.unit_measure === "PT" ? words.percent(check.evidence_value, 3) : words.number(check.evidence_value, 3);
    return el(
      "p",
      { class: "evidence" },
      words.say(
        "evidence",
        {
          release: words.release(check.evidence_source, check.evidence_release),
          period: words.period(check.evidence_period),
          value,
        },
      ),
    );
  }

  item(claim) {
    const { words } = this;
    const badge = (verdict) => el("span", { class: `badge ${verdict}` }, words.say(`verdict_${verdict}`));
    const against = (check) => (check.check === "article" ? words.say("check_article") : words.source(check.check));
    const [first, ...others] = claim.checks;
    const facts = [
      words.say("claim_printed", { printed: claim.printed }),
      words.say("claim_period", { period: words.period(claim.time_period) }),
    ];
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
        ? el(
          "details",
          {},
          el("summary", {}, words.say("other_checks", { count: others.length })),
          others.map((check) => el("div", {}, el("p", {}, badge(check.verdict), ` ${against(check)}`), told(check))),
        )
        : null,
    );
  }

  columns() {
    const field = (id, of = (row) => row) => ({ id, head: id, csv: (row) => of(row)[id] ?? null, show: () => null });
    const check = (row) => row.check ?? {};
    const names = [
      "claim_id",
      "source",
      "section",
      "cited",
      "statement",
      "printed",
      "indicator",
      "ref_area",
      "counterpart_area",
      "time_period",
      "claimed_value",
      "unit_measure",
    ];
    const checked = [
      "check",
      "verdict",
      "evidence_source",
      "evidence_release",
      "evidence_period",
      "evidence_value",
      "difference",
      "explanation",
    ];
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
      actions.prepend(
        el("button", { type: "button", class: "save", onclick: more }, words.say("claims_all", { count: found.length })),
      );
    }
  }
}
