// What a person has asked of the page outlives its being loaded anew, which a watched page does by itself. Only what is
// not as it was at first is kept, so that what comes with new trials is shown.

const KEPT = `sinesweep ${location.pathname} ${trials.name}`;
const PLAIN = ["sorted", "state", "plugin", "tied", "front", "words", "page"];

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const without = (these, those) => [...these].filter((each) => !those.has(each));
const all = (selector) => [...document.querySelectorAll(selector)];

const askedSince = (first) => ({
  plain: Object.fromEntries(PLAIN.filter((name) => !same(view[name], first[name])).map((name) => [name, view[name]])),
  shown: without(view.columns, first.columns),
  hidden: without(first.columns, view.columns),
  chosen: [...view.chosen].map(numberAt),
});

const askAgain = ({ plain, shown, hidden, chosen }) => {
  Object.assign(view, plain);
  for (const name of shown) view.columns.add(name);
  for (const name of hidden) view.columns.delete(name);
  for (const place of chosen.map(placeOf).filter((each) => each >= 0)) view.chosen.add(place);
};

// The window's place is kept by the last heading or picture that was passed: above it there may be more by then.
const placeOfWindow = () => {
  const mark = all("section[id], figure[id]").filter((each) => each.getBoundingClientRect().top <= 0).at(-1);
  return mark ? { id: mark.id, by: mark.getBoundingClientRect().top } : { id: null, by: -scrollY };
};

const lookedAt = () => ({
  hash: location.hash,
  passed: placeOfWindow(),
  scrolled: all(".scroll").map((each) => [each.ariaLabel, each.scrollLeft, each.scrollTop]),
  unfolded: all("details[open] > summary").map((each) => each.textContent),
  drawn: all("[data-chart]").filter((each) => !waiting.has(each)).map((each) => each.dataset.chart),
  focus: document.activeElement.id,
});

const lookAgain = async ({ passed, scrolled, unfolded, drawn, focus }) => {
  for (const each of all("details > summary")) each.parentElement.open ||= unfolded.includes(each.textContent);
  byId(focus)?.focus({ preventScroll: true });
  await Promise.allSettled([
    ...all("[data-chart]").filter((each) => drawn.includes(each.dataset.chart)).map(drawWaiting),
    ...all("img").map((each) => each.decode()),
  ]);
  for (const [label, left, top] of scrolled) all(".scroll").find((each) => each.ariaLabel === label)?.scrollTo(left, top);
  const mark = passed.id === null ? document.body : byId(passed.id);
  if (mark) scrollTo({ top: scrollY + mark.getBoundingClientRect().top - passed.by, behavior: "instant" });
};

// A browser may forbid a page to keep anything.
const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
};

const keepView = (first) => addEventListener("pagehide", () => {
  history.scrollRestoration = "manual";
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ asked: askedSince(first), looked: lookedAt() }));
  } catch {
    history.scrollRestoration = "auto";
  }
});
