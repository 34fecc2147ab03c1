// The page as a whole: what is chosen, what follows from it, and the address that says so. Belongs here: putting the parts
// together. Does not belong here: any part.

const DEFAULT_COUNTRY = "KAZ";

/** What the address says: #country=KAZ&lang=ru&year=2018&source=eurostat. */
function stateOf(address, content, words) {
  const given = new URLSearchParams(address.replace(/^#/, ""));
  const languages = Object.keys(content.numbers);
  const preferred = navigator.languages.map((one) => one.slice(0, 2)).find((one) => languages.includes(one));
  const country = given.get("country");
  return {
    country: words.published.has(country) ? country : DEFAULT_COUNTRY,
    lang: languages.includes(given.get("lang")) ? given.get("lang") : (preferred ?? "en"),
    year: Number(given.get("year")) || null,
    source: given.get("source"),
  };
}

function addressOf(state) {
  const parts = new URLSearchParams({ country: state.country, lang: state.lang });
  if (state.year) parts.set("year", state.year);
  if (state.source) parts.set("source", state.source);
  return `#${parts}`;
}

class Page {
  constructor(content) {
    this.content = content;
    this.tables = Object.fromEntries(Object.entries(content.tables).map(([name, table]) => [name, new Table(table)]));
    this.words = new Words(content, this.tables);
    this.figures = new CountryFigures(this.tables, this.words, content.limits);
    this.partners = new PartnerFigures(this.tables, this.words, content.limits);
    this.evidence = new Evidence(this.figures);
    this.quality = new Quality(this.evidence, content);
    this.claims = new Claims(this.tables, this.words, content.verdicts);
    this.frames = new Map(
      [...document.querySelectorAll("figure[data-chart]")].map((root) => [root.id, new Figure(root, content, this.words)]),
    );
    this.state = stateOf(location.hash, content, this.words);
    this.turn = 0;
  }

  part(id) {
    return document.getElementById(id);
  }

  start() {
    addEventListener("hashchange", () => {
      if (!location.hash || location.hash.includes("=")) this.go(stateOf(location.hash, this.content, this.words));
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    let waiting = 0;
    new ResizeObserver(() => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.draw((frame) => frame.width !== frame.part("plot").clientWidth), 150);
    }).observe(document.documentElement);
    for (const link of document.querySelectorAll("a[data-jump]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const target = this.part(link.dataset.jump);
        target.focus({ preventScroll: true });
        target.scrollIntoView();
      });
    }
    this.part("country").addEventListener(
      "change",
      (event) => this.change({ country: event.target.value, year: null, source: null }),
    );
    for (const button of document.querySelectorAll("button[data-lang]")) {
      button.addEventListener("click", () => this.change({ lang: button.dataset.lang }));
    }
    return this.go(this.state, false);
  }

  /** What the reader chose: shown, and in the address. */
  change(part) {
    const state = { ...this.state, ...part };
    const address = addressOf(state);
    if (address === location.hash) return;
    history.pushState(null, "", address);
    this.go(state);
  }

  async go(state, told = true) {
    const others = state.lang !== this.words.lang || !this.shownOnce;
    this.state = state;
    this.words.lang = state.lang;
    if (others) this.translate();
    this.shownOnce = true;
    this.part("country").value = state.country;
    this.lead();
    this.charts();
    this.part("reconciliation-body").replaceChildren(...this.evidence.reconciliation(state).filter(Boolean));
    this.part("revisions-body").replaceChildren(...this.evidence.revisions(state));
    if (told) this.part("told").textContent = this.words.say("now_showing", { country: this.words.area(state.country) });
    await this.draw();
    document.documentElement.dataset.ready = String(this.turn);
  }

  /** Everything that depends on the language alone. */
  translate() {
    const { words, state } = this;
    document.documentElement.lang = state.lang;
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = words.say(element.dataset.t);
    for (const element of document.querySelectorAll("[data-t-label]")) {
      element.setAttribute("aria-label", words.say(element.dataset.tLabel));
    }
    for (const button of document.querySelectorAll("button[data-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === state.lang));
    }
    this.countries();
    this.showClaims();
    this.part("ledger-body").replaceChildren(...this.quality.ledger());
    this.part("freshness-body").replaceChildren(...this.quality.freshness());
    this.part("terms-body").replaceChildren(...this.quality.terms());
    this.part("glossary-body").replaceChildren(...this.quality.glossary());
  }

  /** Every country, and the groups of countries that have figures, by name. */
  countries() {
    const { words, tables, state } = this;
    const collator = new Intl.Collator([state.lang, "ru", "en"]);
    const having = new Set(
      [...tables.mobility.values("area"), ...tables.stocks.values("area"), ...tables.partners.values("area")],
    );
    const all = tables.areas.where().filter((area) => area.kind === "country" || having.has(area.code));
    const options = (areas) =>
      areas.map((area) => el("option", { value: area.code, lang: words.areaLang(area.code) }, words.area(area.code)))
        .sort((a, b) => collator.compare(a.textContent, b.textContent));
    const group = (key, kinds) => {
      const found = options(all.filter((area) => kinds.includes(area.kind)));
      return found.length ? el("optgroup", { label: words.say(key) }, found) : null;
    };
    const groups = [
      group("countries", ["country"]),
      group("world_and_groups", ["world", "aggregate"]),
      group("historic_countries", ["historic_country"]),
      group("subdivisions", ["subdivision"]),
    ];
    this.part("country").replaceChildren(...groups.filter(Boolean));
    // A link may name an area of which nothing is known.
    const listed = all.some((area) => area.code === state.country);
    if (!listed) this.part("country").prepend(...options([words.published.get(state.country)]));
    this.part("country").value = state.country;
  }

  showClaims() {
    const list = () => this.claims.show(this.part("claims-list"), this.part("claims-told"), this.part("claims-actions"));
    this.part("claims-controls").replaceChildren(...this.claims.controls(list));
    list();
  }

  /** The answer in words. */
  lead() {
    const { words, tables, state } = this;
    const country = words.area(state.country);
    const rows = tables.mobility.where({ area: state.country });
    const sentences = [];
    const newest = (name) => rows.filter((row) => row[name] !== null).at(-1);
    for (const [name, key] of [["outbound_students", "lead_outbound"], ["inbound_students", "lead_inbound"]]) {
      const row = newest(name);
      sentences.push(
        row
          ? words.say(key, {
              country,
              year: row.year,
              value: words.number(row[name]),
              status: words.say(`status_${row[`${name}_status`]}`),
              release: words.release(row.source, row.release),
            })
          : words.say(`${key}_nothing`, { country }),
      );
    }
    const chosen = this.partners.choice(state, "students", "to");
    if (chosen) {
      const { source, year } = chosen;
      const all = tables.partners.where({ topic: "students", direction: "to", area: state.country, source, year });
      const top = all.filter((row) => row.value).slice(0, 3);
      const share = (row) => (row.share === null ? "" : ` (${words.percent(row.share)})`);
      const told = {
        country,
        year: chosen.year,
        list: words.list(top.map((row) => `${words.area(row.partner)} ${words.number(row.value)}${share(row)}`)),
        release: top.length && words.release(chosen.source, top[0].release),
        covered: this.partners.covered(chosen),
      };
      if (top.length) sentences.splice(1, 0, words.say("lead_destinations", told).trim());
    } else {
      sentences.splice(1, 0, words.say("lead_destinations_nothing", { country }));
    }
    if (state.country === "KAZ" && this.claims.all.length) {
      const wrong = ["inconsistent", "contradicted", "other_period", "truncated", "revised_since", "other_definition"];
      sentences.push(
        words.say(
          "lead_article",
          {
            all: this.claims.all.length,
            confirmed: this.claims.count("confirmed"),
            differing: wrong.reduce((sum, one) => sum + this.claims.count(one), 0),
            unchecked: this.claims.count("no_evidence"),
          },
        ),
      );
    }
    document.title = `${country} · ${words.say("page_title")}`;
    this.part("lead-title").textContent = country;
    this.part("lead-body").replaceChildren(...sentences.map((text) => el("p", {}, text)));
  }

  charts() {
    const { state, figures, partners } = this;
    const show = (id, drawing) => {
      this.frames.get(id).root.hidden = !drawing;
      if (drawing) this.frames.get(id).show(drawing);
      else this.frames.get(id).drawing = null;
    };
    show("mobility-chart", figures.mobility(state));
    for (const direction of ["to", "from"]) {
      this.partnerControls(`students-${direction}`, "students", direction);
      show(`students-${direction}-chart`, partners.partners(state, "students", direction));
      show(`students-${direction}-panels`, partners.panels(state, "students", direction));
      this.partnerControls(`migrants-${direction}`, "migrants", direction);
      show(`migrants-${direction}-chart`, partners.partners(state, "migrants", direction));
    }
    show("programme-chart", figures.programme(state));
    show("stock-chart", figures.stock(state));
  }

  partnerControls(id, topic, direction) {
    const { words, state } = this;
    const chosen = this.partners.choice(state, topic, direction);
    const box = this.part(`${id}-controls`);
    box.hidden = !chosen;
    if (!chosen) return;
    const focused = document.activeElement?.id;
    const years = [...chosen.years].reverse().map((year) => [year, String(year)]);
    const sources = chosen.sources.map((source) => [source, words.source(source)]);
    box.replaceChildren(
      labelledSelect(`${id}-year`, words.say("year"), years, chosen.year, (year) => this.change({ year: Number(year) })),
      labelledSelect(`${id}-source`, words.say("source"), sources, chosen.source, (source) => this.change({ source })),
    );
    if (focused && box.querySelector(`#${CSS.escape(focused)}`)) this.part(focused).focus();
  }

  /** Draw the charts, from the top of the page on; those that match, if a test is given. A later turn stops an earlier one. */
  async draw(wanted = () => true) {
    const turn = ++this.turn;
    for (const frame of this.frames.values()) {
      if (!wanted(frame)) continue;
      await frame.draw();
      await new Promise((resolve) => setTimeout(resolve));
      if (turn !== this.turn) return;
    }
  }
}

unpacked(document.getElementById("content").textContent)
  .then((content) => new Page(content).start())
  .catch((error) => {
    document.getElementById("broken").hidden = false;
    throw error;
  });
