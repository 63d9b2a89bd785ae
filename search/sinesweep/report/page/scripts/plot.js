// Small line charts, drawn as SVG; the page's style gives them their colours.

const FRAME = { width: 520, height: 240, left: 52, right: 12, top: 12, bottom: 34 };

// Round numbers between two ends: steps of 1, 2 or 5 times a power of ten, and of `least` at least.
const ticksBetween = (low, high, least = 0, most = 6) => {
  if (!(high > low)) return [low];
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = Math.max(least, [1, 2, 5, 10].map((factor) => factor * power).find((each) => (high - low) / each <= most));
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) found.push(Number((i * step).toPrecision(12)));
  return found;
};

const scaleOf = (values, from, to, air = 0) => {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = air * (high - low) || (high > low ? 0 : 0.05 * Math.abs(high) || 0.05);
  [low, high] = [low - margin, high + margin];
  const at = (value) => Math.round(10 * (from + ((value - low) / (high - low)) * (to - from))) / 10;
  return { low, high, at };
};

// `lines`: [{points: [[x, y], …], kind, title}], `dots` likewise; `show` tells a value of the vertical axis.
const plot = ({ label, lines = [], dots = [], below, show, x = null, y = null }) => {
  const points = [...lines, ...dots].flatMap((each) => each.points);
  const across = scaleOf(x ?? points.map((point) => point[0]), FRAME.left, FRAME.width - FRAME.right);
  const up = scaleOf(y ?? points.map((point) => point[1]), FRAME.height - FRAME.bottom, FRAME.top, y ? 0 : 0.06);
  const titled = (each) => (each.title ? shape("title", {}, each.title) : null);
  return shape("svg", { viewBox: `0 0 ${FRAME.width} ${FRAME.height}`, role: "img", "aria-label": label },
    ...ticksBetween(up.low, up.high).map((value) => shape("g", {},
      shape("line", { class: "grid", x1: FRAME.left, x2: FRAME.width - FRAME.right, y1: up.at(value), y2: up.at(value) }),
      shape("text", { x: FRAME.left - 8, y: up.at(value), dy: "0.32em", "text-anchor": "end" }, show(value)))),
    ...ticksBetween(across.low, across.high, points.every((point) => Number.isInteger(point[0])) ? 1 : 0).map((value) =>
      shape("text", { x: across.at(value), y: FRAME.height - FRAME.bottom + 18, "text-anchor": "middle" }, String(value))),
    shape("text", { x: FRAME.width - FRAME.right, y: FRAME.height - 2, "text-anchor": "end" }, below),
    ...lines.map((line) => shape("polyline", {
      class: line.kind, points: line.points.map(([a, b]) => `${across.at(a)},${up.at(b)}`).join(" ") }, titled(line))),
    ...dots.flatMap((each) => each.points.map(([a, b, r]) =>
      shape("circle", { class: each.kind, cx: across.at(a), cy: up.at(b), r: r ?? 3 }))));
};

const figure = (caption, drawn, ...more) =>
  element("figure", {}, element("figcaption", {}, ...[caption].flat()), drawn, ...more);
