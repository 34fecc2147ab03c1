// What each chart shows of the chosen area: rows of the tables made into marks, titles, summaries and columns. Belongs here: that
// choice. Does not belong here: how marks are drawn (charts.js) or framed (figure.js).

class Figures {
  constructor(tables, words, limits) {
    Object.assign(this, { tables, words, limits });
  }

  file(state, ...parts) {
    return ["edumig", state.country, ...parts].join("-").replace(/[^\w-]+/g, "_");
  }

  /** Marks of a series by year: points, and lines from one year with a figure to the next one only. */
  static series(rows, common) {
    const points = rows.filter((row) => row.value !== null).map((row) => ({ ...row, ...common }));
    const marks = points.map((point) => ({ ...point, mark: "point" }));
    let run = 0;
    let last = null;
    for (let place = 1; place < points.length; place++) {
      const [from, to] = [points[place - 1], points[place]];
      if (to.year !== from.year + 1) {
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

  // Students abroad and from abroad.

  mobility(state) {
    const { words } = this;
    const country = words.area(state.country);
    const title = words.say("mobility_title", { country });
    const rows = this.tables.mobility.where({ area: state.country });
    const counted = rows.filter((row) => row.outbound_students !== null || row.inbound_students !== null);
    if (!counted.length) return { title, nothing: this.nothing("students", country) };
    const series = (field, key) =>
      rows.map((row) => ({ ...row, value: row[field], status: row[`${field}_status`] })).map((row) => this.told(row, words.say(key)));
    const out = series("outbound_students", "students_abroad");
    const into = series("inbound_students", "students_from_abroad");
    const status = (id) => this.column(id, "status", { show: (row) => words.status(row[id]) });
    const share = (id, key) => this.column(id, key, { number: true, show: (row) => words.percent(row[id]) });
    return {
      title,
      subtitle: words.say("mobility_subtitle"),
      summary: [this.trend(out, words.say("students_abroad")), this.trend(into, words.say("students_from_abroad"))].join(" "),
      notes: [words.say("definition_students")],
      figures: [
        ...Figures.series(out, { id: "out", series: words.say("students_abroad") }),
        ...Figures.series(into, { id: "in", series: words.say("students_from_abroad") }),
      ],
      statuses: counted.flatMap((row) => [row.outbound_students_status, row.inbound_students_status]),
      credits: words.credits(counted),
      rows,
      columns: [
        this.column("year", "year", { show: (row) => String(row.year) }),
        { id: "area", csv: (row) => row.area, head: words.say("country"), show: (row) => areaName(words, row.area) },
        this.column("outbound_students", "students_abroad", { number: true }),
        status("outbound_students_status"),
        share("outbound_ratio", "outbound_ratio"),
        status("outbound_ratio_status"),
        this.column("inbound_students", "students_from_abroad", { number: true }),
        status("inbound_students_status"),
        share("inbound_rate", "inbound_rate"),
        status("inbound_rate_status"),
        ...this.origins(),
      ],
      file: this.file(state, "students"),
    };
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

  // Partner countries.

  /** Sources and years there are for a topic and direction, and which of them is shown. */
  choice(state, topic, direction) {
    const { tables } = this;
    const all = tables.partner_totals.where({ topic, direction, area: state.country }).filter((row) => row.partners_with_number);
    const of = (source) => all.filter((row) => row.source === source);
    const reach = (source) => Math.max(...of(source).map((row) => row.total_of_numbers));
    const sources = [...new Set(all.map((row) => row.source))].sort((a, b) => reach(b) - reach(a) || (a < b ? -1 : 1));
    if (!sources.length) return null;
    const source = sources.includes(state.source) ? state.source : sources[0];
    const found = of(source);
    const years = found.map((row) => row.year);
    // A year that the largest partners have not reported yet says little: the newest that holds half of what the fullest does.
    const full = found.filter((row) => row.total_of_numbers >= reach(source) / 2).map((row) => row.year);
    const year = years.includes(state.year) ? state.year : Math.max(...full);
    const totals = found.find((row) => row.year === year);
    return { source, sources, year, years, totals, ...this.whole(state, topic, direction, totals) };
  }

  /** What all partners together are a part of, where the same source has it: the total of the year, and how much is known of it. */
  whole(state, topic, direction, { source, year, total_of_numbers }) {
    if (topic !== "students") return {};
    const found = this.tables.mobility.where({ area: state.country, source, year })[0];
    const whole = found?.[direction === "to" ? "outbound_students" : "inbound_students"];
    return whole ? { whole, known: (100 * total_of_numbers) / whole } : {};
  }

  /** How much of all the partners named account for; a caution where that is little. */
  covered(chosen) {
    const { words } = this;
    if (chosen.whole === undefined) return "";
    const told = { share: words.percent(Math.min(100, chosen.known), 0), whole: words.number(chosen.whole), year: chosen.year };
    return [words.say("partners_cover", told), chosen.known < 50 ? words.say("partners_cover_little") : ""].join(" ").trim();
  }

  partners(state, topic, direction) {
    const { words, tables } = this;
    const country = words.area(state.country);
    const chosen = this.choice(state, topic, direction);
    const named = (year) => words.say(`${topic}_${direction}_title`, { country, year });
    if (!chosen) {
      return { title: words.say(`${topic}_${direction}_heading`), nothing: this.nothing(`partners_${topic}`, country) };
    }
    const { source, year, totals } = chosen;
    const rows = tables.partners.where({ topic, direction, area: state.country, source, year });
    const numbered = rows.filter((row) => row.value !== null);
    const shares = numbered.some((row) => row.share !== null);
    const label = (row) => {
      if (row.value === null) return words.say(`status_${row.status}`);
      return row.share === null ? words.number(row.value) : `${words.number(row.value)} · ${words.percent(row.share)}`;
    };
    const notes = [words.say(topic === "migrants" ? "definition_migrants" : "definition_students")];
    const others = totals.partners_with_number - numbered.length;
    if (others > 0) {
      const sum = totals.total_of_numbers - numbered.reduce((all, row) => all + row.value, 0);
      notes.push(words.say("partners_left_out", { shown: numbered.length, others, sum: words.number(sum), table: topic === "migrants" ? "observations" : "student_flows" }));
    }
    if (totals.partners_without_number) notes.push(words.say("partners_without_number", { count: totals.partners_without_number }));
    if (words.releases.get(`${source}/${numbered[0].release}`)?.coverage === "extract") notes.push(words.say("partners_extract"));
    if (shares) notes.push(words.say("share_note", { release: numbered.find((row) => row.share_base_release).share_base_release }));
    const top = numbered.slice(0, 3).map((row) => `${words.area(row.partner)} (${label(row).replace(" · ", ", ")})`);
    return {
      chosen,
      title: named(year),
      subtitle: words.say(shares ? "partners_subtitle_shares" : "partners_subtitle"),
      summary: [words.say("partners_summary", { year, source: words.source(source), list: words.list(top), count: totals.partners_with_number }), this.covered(chosen)].join(" "),
      notes,
      figures: rows.map((row) => ({
        ...this.told(row, words.area(row.partner)),
        shown: label(row),
        role: direction,
        label: label(row),
        place: row.value ?? 0,
      })),
      statuses: rows.map((row) => row.status),
      credits: words.credits(rows),
      rows,
      columns: this.partnerColumns(shares),
      file: this.file(state, topic, direction, year),
    };
  }

  partnerColumns(shares) {
    const { words } = this;
    return [
      { id: "partner_name", head: words.say("partner"), csv: (row) => words.area(row.partner), show: (row) => areaName(words, row.partner) },
      this.column("partner", "code", {}),
      this.column("area", "country", { show: (row) => areaName(words, row.area) }),
      this.column("year", "year", { show: (row) => String(row.year) }),
      this.column("value", "persons", { number: true }),
      this.column("status", "status", { show: (row) => words.status(row.status) }),
      ...(shares ? [this.column("share", "share_of_origin", { number: true, show: (row) => words.percent(row.share) })] : []),
      ...this.origins(),
    ];
  }

  /** The largest partners of the year chosen, through all years of the same source. */
  panels(state, topic, direction) {
    const { words, tables } = this;
    const country = words.area(state.country);
    const chosen = this.choice(state, topic, direction);
    if (!chosen) return null;
    const { source, year } = chosen;
    const all = tables.partners.where({ topic, direction, area: state.country, source });
    const top = all.filter((row) => row.year === year && row.value).slice(0, 6).map((row) => row.partner);
    const rows = all.filter((row) => top.includes(row.partner)).sort((a, b) => top.indexOf(a.partner) - top.indexOf(b.partner) || a.year - b.year);
    const figures = top.flatMap((partner, rank) => {
      const series = rows.filter((row) => row.partner === partner);
      const told = series.map((row) => this.told(row, words.area(partner)));
      return Figures.series(told, { id: partner, role: direction, rank });
    });
    return {
      title: words.say(`${topic}_${direction}_panels_title`, { country }),
      subtitle: words.say("panels_subtitle", { year }),
      summary: top.map((partner) => this.trend(rows.filter((row) => row.partner === partner), words.area(partner))).join(" "),
      notes: [words.say("panels_note", { limit: this.limits.partners })],
      figures,
      statuses: rows.map((row) => row.status),
      credits: words.credits(rows),
      rows,
      columns: this.partnerColumns(rows.some((row) => row.share !== null)),
      file: this.file(state, topic, direction, "by-year"),
    };
  }

  // Kazakhstan's academic mobility programme.

  programme(state) {
    const { words, tables } = this;
    const title = words.say("programme_title");
    if (state.country !== "KAZ") return { title, nothing: [words.say("programme_only_kazakhstan")] };
    const rows = tables.programme.where();
    const states = rows.filter((row) => row.funding === "state");
    if (!states.length) return { title, nothing: [words.say("programme_nothing")] };
    const article = tables.releases.where({ source: "kz_article" });
    const origin = article.length ? { source: "kz_article", release: article[0].release } : { source: "kz_article", release: null };
    const regions = ["EUROPE", "CIS", "USA", "SEA", "_T"];
    const region = (code) => (code === "_T" ? words.say("all_regions") : words.say(`region_${code}`));
    const period = (text) => words.period(text);
    const short = (text) => (text.includes("-S") ? `${text.slice(0, 4)}|${words.say("half_short")}` : text);
    const totals = states.filter((row) => row.region === "_T");
    const whole = totals.filter((row) => /^\d{4}$/.test(row.time_period) && row.students !== null);
    const most = whole.reduce((best, row) => (row.students > best.students ? row : best), whole[0]);
    const told = states.map((row) => ({ ...row, ...origin, status: row.students === null ? "O" : "A" }));
    const own = rows.filter((row) => row.funding !== "state" && row.students !== null);
    return {
      title,
      subtitle: words.say("programme_subtitle"),
      summary: words.say("programme_summary", { year: most.time_period, most: words.number(most.students), first: words.number(whole[0].students), from: whole[0].time_period, last: words.number(whole.at(-1).students), to: whole.at(-1).time_period }),
      notes: [
        words.say("programme_note"),
        ...own.map((row) =>
          words.say(row.funding === "own" ? "programme_own" : "programme_whole", { period: period(row.time_period), students: words.number(row.students) }),
        ),
      ],
      figures: told.filter((row) => row.students !== null).map((row) => ({
        ...this.told({ ...row, year: null, value: row.students }, region(row.region)),
        period: short(row.time_period),
        region: row.region,
        series: region(row.region),
        rank: regions.indexOf(row.region),
        half: row.time_period.includes("-S"),
        label: words.number(row.students),
      })),
      statuses: told.map((row) => row.status),
      credits: words.credits(told),
      rows: rows.map((row) => ({ ...row, ...origin, status: row.students === null ? "O" : "A" })),
      columns: [
        this.column("time_period", "period", { show: (row) => period(row.time_period) }),
        this.column("region", "region", { show: (row) => region(row.region) }),
        this.column("funding", "funding", { show: (row) => words.say(row.funding === "_T" ? "funding_all" : `funding_${row.funding}`) }),
        this.column("students", "participants", { number: true }),
        this.column("status", "status", { show: (row) => words.status(row.status) }),
        this.column("share_of_period", "share_of_period", { number: true, show: (row) => words.percent(row.share_of_period) }),
        ...this.origins(),
      ],
      file: this.file(state, "academic-mobility"),
    };
  }

  // Migrants.

  stock(state) {
    const { words, tables } = this;
    const country = words.area(state.country);
    const title = words.say("stock_title", { country });
    const all = tables.stocks.where({ area: state.country });
    const known = all.filter((row) => row.value !== null);
    if (!known.length) return { title, nothing: this.nothing("migrants", country) };
    const counted = (source) => known.filter((row) => row.source === source).length;
    const sources = [...new Set(known.map((row) => row.source))].sort((a, b) => counted(b) - counted(a) || (a < b ? -1 : 1));
    const source = sources.includes("un_desa") ? "un_desa" : sources[0];
    const rows = all.filter((row) => row.source === source);
    const drawn = rows.filter((row) => row.value !== null);
    return {
      title,
      subtitle: words.say("stock_subtitle"),
      summary: this.trendOfYears(drawn),
      notes: [
        words.say("definition_migrants"),
        ...(sources.length > 1 ? [words.say("stock_other_sources", { sources: words.list(sources.filter((one) => one !== source).map((one) => words.source(one))) })] : []),
      ],
      figures: drawn.map((row) => this.told(row, country)),
      statuses: rows.map((row) => row.status),
      credits: words.credits(rows),
      rows: all,
      columns: [
        this.column("year", "year", { show: (row) => String(row.year) }),
        this.column("area", "country", { show: (row) => areaName(words, row.area) }),
        this.column("value", "persons", { number: true }),
        this.column("status", "status", { show: (row) => words.status(row.status) }),
        this.column("share", "share_of_population", { number: true, show: (row) => words.percent(row.share) }),
        ...this.origins(),
      ],
      file: this.file(state, "migrants"),
    };
  }

  trendOfYears(rows) {
    const { words } = this;
    const [first, last] = [rows[0], rows.at(-1)];
    const told = { name: words.say("migrants"), from: first.year, first: words.number(first.value), to: last.year, last: words.number(last.value) };
    return words.say(first === last ? "trend_one" : "trend", told);
  }

  /** That there is nothing, and who was asked. */
  nothing(topic, country) {
    const { words, tables } = this;
    const releases = (of) =>
      tables.asked.where({ topic: of }).map((row) => {
        const name = words.release(row.source, row.release);
        return words.releases.get(`${row.source}/${row.release}`)?.coverage === "extract" ? `${name} (${words.say("extract")})` : name;
      });
    const sentence = words.say(`nothing_${topic}`, { country });
    const asked = releases(topic);
    if (asked.length) return [sentence, words.say("asked", { releases: words.list(asked) })];
    const totals = releases(topic.replace("partners_", ""));
    return totals.length ? [sentence, words.say("asked_totals", { releases: words.list(totals) })] : [sentence, words.say("asked_nobody")];
  }
}
