// The address: #trial-NUMBER opens a trial. Back and Forward lead to the trial that was open there and to what had the
// focus; the place of the window is kept by the browser.

let opened = null;
let visit = history.state?.visit ?? 0;
const visited = new Map();

const askedTrial = () => {
  const asked = /^#trial-(\d+)$/.exec(location.hash);
  return asked === null ? null : Number(asked[1]);
};

const openNumber = (number) => {
  opened = number;
  if (placeOf(number) < 0) missTrial(number);
  else openTrial(placeOf(number));
};

const missTrial = (number) => {
  const numbers = trials.why.map((_, place) => numberAt(place));
  byId("trial").hidden = false;
  byId("trial").replaceChildren(
    element("div", { class: "trial-head" },
      element("h2", { id: "trial-title", tabindex: "-1" }, `There is no trial ${number}`),
      element("a", { href: "#leaderboard" }, "↑ leaderboard")),
    element("p", {}, `The numbers in this report go from ${Math.min(...numbers)} to ${Math.max(...numbers)}. For a trial that has ended since, `,
      element("code", {}, "sinesweep report FOLDER"), " writes it anew."));
};

// An address that asks for no trial leaves open what is, at first the winner.
const followAddress = (moves) => {
  const asked = askedTrial();
  if (asked !== null) openNumber(asked);
  else if (opened === null && places.length > 0) openNumber(numberAt(places[0]));
  if (asked !== null && moves) {
    byId("trial").scrollIntoView();
    byId("trial-title").focus({ preventScroll: true });
  }
};

const goBackTo = ({ number, focus }) => {
  const asked = askedTrial() ?? number;
  if (asked !== null) openNumber(asked);
  byId(focus)?.focus({ preventScroll: true });
};

// An address has a state once it was visited, so what has one is gone back to.
const markVisit = () => history.replaceState({ visit }, "");

const travel = () => {
  visited.set(visit, { number: opened, focus: document.activeElement.id });
  if (history.state === null) {
    visit += 1;
    markVisit();
    followAddress(true);
  } else {
    visit = history.state.visit;
    goBackTo(visited.get(visit) ?? { number: opened, focus: "trial-title" });
  }
};
