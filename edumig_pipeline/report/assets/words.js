// What a reader reads: words, names and numbers in the language chosen. Belongs here: looking them up and writing them. Does not
// belong here: the words (labels.toml).

class Words {
  constructor(content, tables) {
    this.labels = content.labels;
    this.numbers = content.numbers;
    this.names = content.names;
    this.published = new Map(tables.areas.where().map((area) => [area.code, area]));
    this.indicators = new Map(tables.indicators.where().map((one) => [one.indicator, one]));
    this.sources = new Map(tables.sources.where().map((one) => [one.source, one]));
    this.releases = new Map(tables.releases.where().map((one) => [`${one.source}/${one.release}`, one]));
    this.lang = "en";
  }

  has(key) {
    return key in this.labels;
  }

  /** The label of that key, `{name}` replaced by the value of that name. */
  say(key, values = {}) {
    const text = this.labels[key]?.[this.lang] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  /** A number with at most `digits` after the point, in the language's own signs; a dash where there is none. */
  number(value, digits = 0) {
    if (value === null || value === undefined) return "–";
    const { group, decimal } = this.numbers[this.lang];
    const [whole, rest = ""] = Math.abs(value).toFixed(digits).split(".");
    const kept = rest.replace(/0+$/, "");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, group) + (kept ? decimal + kept : "");
    return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
  }

  /** A share; with one digit after the point that digit is always there, so that shares stand under each other. */
  percent(value, digits = 1) {
    if (value === null || value === undefined) return "–";
    if (value !== 0 && Math.abs(value) < 0.1 && digits < 2) return this.say("percent_below", { value: this.number(0.1, 1) });
    const text = this.number(value, digits);
    const { decimal } = this.numbers[this.lang];
    return this.say("percent", { value: digits === 1 && !text.includes(decimal) ? `${text}${decimal}0` : text });
  }

  /** Two numbers that differ, with as many digits, from `digits` on, as show that they do. */
  apart(one, other, digits = 0) {
    let enough = digits;
    while (enough < 9 && one !== other && this.number(one, enough) === this.number(other, enough)) enough += 1;
    return [this.number(one, enough), this.number(other, enough)];
  }

  /** d3's description of numbers, for axes. */
  formatLocale() {
    const { group, decimal } = this.numbers[this.lang];
    return { decimal, thousands: group, grouping: [3], currency: ["", ""], minus: "−" };
  }

  area(code) {
    if (this.has(`area_${code}`)) return this.say(`area_${code}`);
    if (code === "_T") return this.say("all_partners");
    if (code === "WLD") return this.say("world");
    return this.names[this.lang][code] ?? this.published.get(code)?.name ?? code;
  }

  /** The language an area's name is in: publishers' groups keep the publisher's English name. */
  areaLang(code) {
    return code === "_T" || code === "WLD" || this.names[this.lang][code] ? this.lang : "en";
  }

  indicator(code) {
    const key = `indicator_${code}`;
    return this.has(key) ? this.say(key) : (this.indicators.get(code)?.name ?? code);
  }

  source(id) {
    const key = `source_${id}`;
    return this.has(key) ? this.say(key) : (this.sources.get(id)?.publisher ?? id);
  }

  release(source, release) {
    return this.say("source_release", { source: this.source(source), release });
  }

  /** Source, release, date and licence, one for each of these releases. */
  credits(rows) {
    const wanted = [...new Set(rows.filter((row) => row.release).map((row) => `${row.source}/${row.release}`))].sort();
    return wanted.map((key) => {
      const release = this.releases.get(key);
      const parts = [
        this.release(release.source, release.release),
        this.say("released_on", { date: release.published ?? release.released }),
      ];
      if (release.coverage === "extract") parts.push(this.say("extract"));
      parts.push(release.licence ?? this.say("licence_unknown"));
      return parts.join(", ");
    });
  }

  status(code) {
    return code === null ? "–" : this.say("status_with_code", { code, meaning: this.say(`status_${code}`) });
  }

  period(text) {
    if (text === null) return this.say("undated");
    const half = /^(\d{4})-S([12])$/.exec(text);
    if (half) return this.say(`half_${half[2]}`, { year: half[1] });
    return text.replace("/", "–");
  }

  /** Years as ranges: 2002, 2021–2023. */
  years(list) {
    const ranges = [];
    for (const year of list) {
      const last = ranges.at(-1);
      if (last && year === last[1] + 1) last[1] = year;
      else ranges.push([year, year]);
    }
    return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
  }

  list(texts) {
    return texts.join(", ");
  }
}

/** How a figure is drawn: as reported, as an estimate, or with a status of another kind. */
function kind(status) {
  if (["E", "I", "F"].includes(status)) return "estimated";
  return status === "A" ? "reported" : "other";
}
