// The charts: each is drawn when it comes into view, by a library that is read when the first one does.

const library = () => {
  if (window.vegaEmbed === undefined) {
    const script = element("script");
    script.textContent = read("charts-library");
    document.head.append(script);
  }
  return window.vegaEmbed;
};

const waiting = new Set(document.querySelectorAll("[data-chart]"));

const drawWaiting = (place) => waiting.delete(place)
  && library()(place, read(place.dataset.chart), { config: read("charts-config"), ast: true, renderer: "svg", actions: false });

// Paper has no view to come into: what is missing is drawn before it is printed.
const watchCharts = () => {
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) drawWaiting(entry.target);
  }, { rootMargin: "300px" });
  for (const place of waiting) seen.observe(place);
  addEventListener("beforeprint", () => waiting.forEach(drawWaiting));
};
