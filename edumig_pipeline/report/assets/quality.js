// Data quality: what was read and what did not land, how fresh each source is, terms, words explained. Belongs here: those lists.
// Does not belong here: figures about a country.

class Quality {
  constructor(evidence, content) {
    Object.assign(this, { evidence, words: evidence.words, tables: evidence.tables, content });
  }

  /** What became of the rows, in a sentence and by release; and what did not land, by file and rule. */
  ledger() {
    const { words, tables, evidence } = this;
    const rows = tables.ledger.where();
    const sum = (name) => rows.reduce((all, row) => all + row[name], 0);
    const counted = ["rows_read", "rows_published", "rows_quarantined", "rows_excluded"];
    const told = Object.fromEntries(counted.map((name) => [name, words.number(sum(name))]));
    const columns = [
      evidence.text("source", "source", (row) => (row.source ? words.source(row.source) : words.say("no_release"))),
      evidence.text("release", "release", (row) => row.release ?? "–"),
      ...counted.map((name) => evidence.amount(name, name)),
    ];
    const refused = tables.quarantine.where();
    const file = [
      evidence.text("raw_file", "raw_file"),
      evidence.text("rule", "rule"),
      evidence.amount(
        "rows_refused",
        "rows_quarantined",
        (row) => (row.rows_refused ? words.number(row.rows_refused) : words.say("whole_file")),
      ),
      { ...evidence.text("example", "reason"), lang: "en" },
    ];
    return [
      el("p", {}, words.say("ledger_sentence", told)),
      ...evidence.table("edumig-ledger", words.say("ledger_title"), columns, rows, ""),
      el("h3", {}, words.say("quarantine_title")),
      ...evidence.table("edumig-quarantine", words.say("quarantine_title"), file, refused, words.say("quarantine_nothing")),
      evidence.leftOut(refused, this.content.limits.refusals, "quarantine"),
    ].filter(Boolean);
  }

  /** The newest release of each source against how often it is renewed; the day is the reader's. */
  freshness() {
    const { words, tables, evidence, content } = this;
    const today = new Date().toISOString().slice(0, 10);
    const due = (row) => {
      if (!row.cadence || !row.newest_released) return null;
      const day = new Date(`${row.newest_released}T00:00:00Z`);
      day.setUTCDate(day.getUTCDate() + Math.round(content.cadences[row.cadence] * content.patience));
      return day.toISOString().slice(0, 10);
    };
    const state = (row) => {
      if (!row.newest_release) return words.say("no_release_at_hand");
      if (!row.cadence) return words.say("not_renewed");
      return due(row) < today ? words.say("overdue", { day: due(row) }) : words.say("fresh", { day: due(row) });
    };
    const columns = [
      evidence.text("source", "source", (row) => words.source(row.source)),
      evidence.text("newest_release", "newest_release", (row) => row.newest_release ?? "–"),
      { ...evidence.text("newest_released", "released", (row) => row.newest_published ?? row.newest_released ?? "–"), whole: true },
      evidence.text("cadence", "cadence", (row) => (row.cadence ? words.say(`cadence_${row.cadence}`) : "–")),
      { id: null, head: words.say("freshness"), show: state },
    ];
    return evidence.table("edumig-freshness", words.say("freshness_title"), columns, tables.sources.where(), "");
  }

  /** Licence and citation of every release. */
  terms() {
    const { words, tables, evidence } = this;
    const link = (row) => {
      if (!/^https?:\/\//.test(row.url ?? "")) return row.title ?? "–";
      return el("a", { href: row.url, rel: "noopener" }, row.title ?? row.url);
    };
    const columns = [
      evidence.text("source", "source", (row) => words.source(row.source)),
      evidence.text("release", "release"),
      { ...evidence.text("released", "released", (row) => row.published ?? row.released), whole: true },
      { ...evidence.text("title", "publication", link), lang: "en" },
      evidence.text(
        "coverage",
        "coverage",
        (row) => (row.coverage ? words.say(row.coverage === "extract" ? "extract" : "full_release") : "–"),
      ),
      { ...evidence.text("licence", "licence", (row) => row.licence ?? "–"), lang: "en" },
      { ...evidence.text("citation", "citation", (row) => row.citation ?? "–"), lang: "en" },
    ];
    return evidence.table("edumig-licences", words.say("terms_title"), columns, tables.releases.where(), "");
  }

  /** Statuses and verdicts in words. */
  glossary() {
    const { words, content } = this;
    const terms = (prefix, codes, coded) =>
      codes.flatMap((code) => [
        el("dt", {}, coded ? code : words.say(`${prefix}_${code}`)),
        el("dd", {}, words.say(coded ? `${prefix}_${code}` : `${prefix}_${code}_means`)),
      ]);
    return [
      el("h3", {}, words.say("statuses_title")),
      el("dl", {}, terms("status", content.statuses, true)),
      el("h3", {}, words.say("verdicts_title")),
      el("dl", {}, terms("verdict", content.verdicts, false)),
    ];
  }
}
