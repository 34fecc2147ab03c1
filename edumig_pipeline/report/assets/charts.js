// Drawing the specs of charts.json with figures, and saving them as pictures. Belongs here: everything about Vega. Does not
// belong here: which figures.

/** A colour or font as it is where `ground` is: the page, or the paper of a picture. */
function style(name, ground = document.documentElement) {
  return getComputedStyle(ground).getPropertyValue(`--${name}`).trim();
}

/** A copy of a spec with words and colours in it. */
function filled(part, words, ground) {
  if (Array.isArray(part)) return part.map((one) => filled(one, words, ground));
  if (part !== null && typeof part === "object") {
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, filled(value, words, ground)]));
  }
  if (typeof part !== "string") return part;
  if (part.startsWith("t:")) return words.say(part.slice(2));
  return part.startsWith("c:") ? style(part.slice(2), ground) : part;
}

function configuration(narrow, ground) {
  const colour = (name) => style(name, ground);
  const text = { labelColor: colour("text-soft"), labelFont: style("font"), labelFontSize: narrow ? 11 : 12 };
  return {
    background: null,
    font: style("font"),
    aria: false,
    view: { stroke: null },
    mark: { aria: false },
    axis: {
      ...text,
      aria: false,
      gridColor: colour("grid"),
      domainColor: colour("axis"),
      tickColor: colour("axis"),
      labelPadding: 5,
    },
    legend: {
      ...text,
      aria: false,
      labelColor: colour("text"),
      labelLimit: 320,
      columns: narrow ? 1 : 0,
      offset: 10,
      symbolSize: 90,
    },
    header: { labelColor: colour("text"), labelFont: style("font"), labelFontSize: narrow ? 11 : 12, labelFontWeight: 600 },
    text: { font: style("font"), fontSize: narrow ? 11 : 12, fill: colour("text") },
  };
}

/** Width of a text as the charts write it. */
function textWidth(text, size = 12) {
  const context = (textWidth.canvas ??= document.createElement("canvas")).getContext("2d");
  context.font = `${size}px ${style("font")}`;
  return context.measureText(text).width;
}

/** The spec of a chart with its figures, as wide as the element it is drawn in, and its configuration. */
function prepared(name, drawing, element, content, words) {
  const width = Math.max(240, Math.floor(element.clientWidth));
  const spec = filled(content.charts[name], words, element);
  const narrow = width < 520;
  spec.datasets = { figures: drawing.figures };
  spec.description = drawing.summary;
  // Vega complains of a layer that has nothing to draw: figures of single years make no line.
  const lined = drawing.figures.some((row) => row.mark === "line");
  const layered = spec.spec ?? spec;
  if (!lined) layered.layer = layered.layer.filter((layer) => layer.mark.type !== "line");
  if (name === "panels") {
    spec.columns = width < 460 ? 2 : 3;
    const widest = Math.max(...drawing.figures.map((row) => row.value ?? 0));
    const axis = Math.ceil(textWidth(words.number(widest), 12)) + 12;
    for (const layer of spec.spec.layer) layer.encoding.y.axis.minExtent = axis;
    const between = 22;
    spec.spacing = { column: axis + between, row: 44 };
    spec.spec.width = Math.max(60, Math.floor((width - spec.columns * axis - (spec.columns - 1) * between - 14) / spec.columns));
  } else {
    spec.width = width;
    spec.autosize = { type: "fit-x", contains: "padding" };
    if (name === "partners") spec.height = 26 * drawing.figures.length;
  }
  if (name === "partners") {
    const size = narrow ? 11 : 12;
    const limit = narrow ? 120 : 190;
    for (const layer of spec.layer) if (layer.encoding.y.axis) layer.encoding.y.axis.labelLimit = limit;
    const names = Math.min(limit, Math.max(...drawing.figures.map((row) => textWidth(row.name, size))));
    const labels = Math.max(...drawing.figures.map((row) => textWidth(row.label, size)));
    const room = Math.max(40, width - names - 12);
    const most = Math.max(1, ...drawing.figures.map((row) => row.value ?? 0));
    spec.params = [{ name: "limit", value: (most * room) / Math.max(20, room - labels - 14) }];
  }
  if (name === "stock") {
    const years = drawing.figures.map((row) => row.year);
    spec.params = [{ name: "first", value: Math.min(...years) - 2 }, { name: "last", value: Math.max(...years) + 2 }];
  }
  return [spec, configuration(narrow, element)];
}

/** Draw a chart into an element; the view, to be finalised when it is drawn anew. No code is made from text: `ast`. */
async function draw(name, drawing, element, content, words) {
  const [spec, config] = prepared(name, drawing, element, content, words);
  return window.vegaEmbed(element, spec, {
    actions: false,
    ast: true,
    config,
    defaultStyle: false,
    formatLocale: words.formatLocale(),
    mode: "vega-lite",
    renderer: "svg",
    tooltip: { disableDefaultStyle: true, theme: "custom" },
  });
}

const SVG = "http://www.w3.org/2000/svg";

/** Lines of at most `width` pixels. */
function wrapped(text, width, size) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.filter(Boolean);
}

/** A chart as a picture that stands alone, on white: title, subtitle, chart, sources, as the text of an SVG file. */
async function picture(name, drawing, content, words) {
  const width = 860;
  const margin = 24;
  const holder = el("div", { class: "offstage paper" });
  holder.style.width = `${width}px`;
  document.body.append(holder);
  const embedded = await draw(name, drawing, holder, content, words);
  const chart = new DOMParser().parseFromString(await embedded.view.toSVG(), "image/svg+xml").documentElement;
  embedded.finalize();

  const out = document.createElementNS(SVG, "svg");
  let y = margin;
  const write = (text, size, weight, colour) => {
    for (const line of wrapped(text, width, size)) {
      y += Math.round(size * 1.35);
      const node = document.createElementNS(SVG, "text");
      const attributes = {
        x: margin,
        y,
        "font-size": size,
        "font-weight": weight,
        fill: style(colour, holder),
        "font-family": style("font"),
      };
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
      node.textContent = line;
      out.append(node);
    }
  };
  write(drawing.title, 19, 700, "text");
  write(drawing.subtitle, 13, 400, "text-soft");
  y += 16;
  const height = Number(chart.getAttribute("height"));
  chart.setAttribute("x", margin);
  chart.setAttribute("y", y);
  out.append(chart);
  y += height + 8;
  write(drawing.credits.join(" · "), 11, 400, "text-soft");
  const size = { width: width + 2 * margin, height: y + margin };
  const sheet = { ...size, viewBox: `0 0 ${size.width} ${size.height}` };
  for (const [key, value] of Object.entries(sheet)) out.setAttribute(key, value);
  const ground = document.createElementNS(SVG, "rect");
  for (const [key, value] of Object.entries({ ...size, fill: style("surface", holder) })) ground.setAttribute(key, value);
  out.prepend(ground);
  holder.remove();
  return { text: new XMLSerializer().serializeToString(out), ...size };
}

/** The same as PNG, at twice the size. */
async function png({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = el("canvas", { width: width * 2, height: height * 2 });
  canvas.getContext("2d").drawImage(image, 0, 0, width * 2, height * 2);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
