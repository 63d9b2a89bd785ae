// Filters: which trials the table shows.

const PLUGINS = ["features", "architecture", "loss", "augmentations"];

let haystacks = null;

const haystackOf = (place) => {
  haystacks ??= new Map();
  if (!haystacks.has(place)) {
    const texts = [called(place), textOf("configuration", place), trials.why[place], trials.sentence[place]];
    for (const column of settings) {
      const text = textAt(column, place);
      if (text) texts.push(`${column.title}=${text}`);
    }
    haystacks.set(place, `${texts.join(" ")} ${textOf("state", place)} ${textOf("device", place)}`.toLowerCase());
  }
  return haystacks.get(place);
};

const pluginsAt = (kind, place) => (valueOf(`setting ${kind}`, place) ?? "").split("+").filter((name) => name !== "");

const passes = (place) => {
  const [kind, name] = view.plugin.split("\n");
  return (view.state === "" || valueOf("state", place) === view.state)
    && (view.plugin === "" || pluginsAt(kind, place).includes(name))
    && (!view.tied || trials.tied[place])
    && (!view.front || trials.front[place])
    && view.words.every((word) => haystackOf(place).includes(word));
};

const option = (value, text = value) => element("option", { value }, text);

const stateFilter = () => {
  const states = [...new Set(places.map((place) => valueOf("state", place)))].sort();
  if (!states.includes(view.state)) view.state = "";
  const choice = element("select", { change: () => narrowed({ state: choice.value }) },
    option("", "every state"), ...states.map((state) => option(state)));
  choice.value = view.state;
  return element("label", {}, "State ", choice);
};

const pluginFilter = () => {
  const groups = PLUGINS.map((kind) => {
    const names = [...new Set(places.flatMap((place) => pluginsAt(kind, place)))].filter((name) => name !== "none").sort();
    return names.length > 1
      ? element("optgroup", { label: kind }, ...names.map((name) => option(`${kind}\n${name}`, name))) : null;
  });
  if (groups.every((group) => group === null)) return null;
  const choice = element("select", { change: () => narrowed({ plugin: choice.value }) }, option("", "any"), ...groups);
  choice.value = view.plugin;
  return element("label", {}, "Plugin ", choice);
};

const switchFor = (name, text, marks) => {
  if (marks.every((mark) => !mark)) return null;
  const box = element("input", { type: "checkbox", change: () => narrowed({ [name]: box.checked }) });
  box.checked = view[name];
  return element("label", {}, box, ` ${text}`);
};

const searchField = () => {
  const field = element("input", {
    type: "search",
    id: "search",
    value: view.words.join(" "),
    placeholder: "mfcc blocks=3 …",
    input: () => narrowed({ words: field.value.toLowerCase().split(/\s+/).filter(Boolean) }),
  });
  return element("label", { class: "search" }, "Search ", field);
};

const narrowed = (change) => {
  Object.assign(view, change, { page: 0 });
  drawTable();
};
