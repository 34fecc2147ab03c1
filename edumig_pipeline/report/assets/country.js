// What the charts of one country show: students both ways, the state's programme, migrants. Belongs here: that choice. Does not
// belong here: partner countries (partners.js).

class CountryFigures extends Figures {
  /** Students abroad and from abroad. */
  mobility(state) {
    const { words } = this;
    const country = words.area(state.country);
    const title = words.say("mobility_title", { country });
    const rows = this.tables.mobility.where({ area: state.country });
    const counted = rows.filter((row) => row.outbound_students !== null || row.inbound_students !== null);
    if (!counted.length) return { title, nothing: this.nothing("students", country) };
    const series = (field, key) =>
      rows.map((row) => this.told({ ...row, value: row[field], status: row[`${field}_status`] }, words.say(key)));
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

  /** Kazakhstan's academic mobility programme. */
  programme(state) {
    const { words, tables } = this;
    const title = words.say("programme_title");
    if (state.country !== "KAZ") return { title, nothing: [words.say("programme_only_kazakhstan")] };
    const rows = tables.programme.where();
    const states = rows.filter((row) => row.funding === "state");
    if (!states.length) return { title, nothing: [words.say("programme_nothing")] };
    const article = tables.releases.where({ source: "kz_article" });
    const origin = { source: "kz_article", release: article.length ? article[0].release : null };
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
      summary: words.say(
        "programme_summary",
        {
          year: most.time_period,
          most: words.number(most.students),
          first: words.number(whole[0].students),
          from: whole[0].time_period,
          last: words.number(whole.at(-1).students),
          to: whole.at(-1).time_period,
        },
      ),
      notes: [
        words.say("programme_note"),
        ...own.map((row) =>
          words.say(
            row.funding === "own" ? "programme_own" : "programme_whole",
            { period: period(row.time_period), students: words.number(row.students) },
          ),
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
        this.column("funding", "funding", { show: (row) => words.say(`funding_${row.funding === "_T" ? "all" : row.funding}`) }),
        this.column("students", "participants", { number: true }),
        this.column("status", "status", { show: (row) => words.status(row.status) }),
        this.column("share_of_period", "share_of_period", { number: true, show: (row) => words.percent(row.share_of_period) }),
        ...this.origins(),
      ],
      file: this.file(state, "academic-mobility"),
    };
  }

  /** Migrants who live in the country. */
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
    const others = sources.filter((one) => one !== source).map((one) => words.source(one));
    return {
      title,
      subtitle: words.say("stock_subtitle"),
      summary: this.trendOfYears(drawn),
      notes: [
        words.say("definition_migrants"),
        ...(others.length ? [words.say("stock_other_sources", { sources: words.list(others) })] : []),
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
    const told = {
      name: words.say("migrants"),
      from: first.year,
      first: words.number(first.value),
      to: last.year,
      last: words.number(last.value),
    };
    return words.say(first === last ? "trend_one" : "trend", told);
  }
}
