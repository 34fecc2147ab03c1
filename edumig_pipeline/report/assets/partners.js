// Where people went and where they came from. Belongs here: partner countries of a year, and of all years. Does not belong here:
// a country's own totals (country.js).

class PartnerFigures extends Figures {
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

  /** What all partners together are a part of, where the same source has that: the total of the year, the part known. */
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
    const told = { share: words.percent(chosen.known, 0), whole: words.number(chosen.whole), year: chosen.year };
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
      notes.push(
        words.say(
          "partners_left_out",
          {
            shown: numbered.length,
            others,
            sum: words.number(sum),
            table: topic === "migrants" ? "observations" : "student_flows",
          },
        ),
      );
    }
    const without = totals.partners_without_number;
    if (without) notes.push(words.say("partners_without_number", { count: without }));
    if (words.releases.get(`${source}/${numbered[0].release}`)?.coverage === "extract") notes.push(words.say("partners_extract"));
    const base = numbered.find((row) => row.share_base_release)?.share_base_release;
    if (base) notes.push(words.say("share_note", { release: base }));
    const top = numbered.slice(0, 3).map((row) => `${words.area(row.partner)} (${label(row).replace(" · ", ", ")})`);
    return {
      chosen,
      title: named(year),
      subtitle: words.say(shares ? "partners_subtitle_shares" : "partners_subtitle"),
      summary: [
        words.say(
          "partners_summary",
          { year, source: words.source(source), list: words.list(top), count: totals.partners_with_number },
        ),
        this.covered(chosen),
      ].join(" "),
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
      {
        id: "partner_name",
        head: words.say("partner"),
        csv: (row) => words.area(row.partner),
        show: (row) => areaName(words, row.partner),
      },
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
    const rows = all.filter((row) => top.includes(row.partner)).sort(
      (a, b) => top.indexOf(a.partner) - top.indexOf(b.partner) || a.year - b.year,
    );
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
}
