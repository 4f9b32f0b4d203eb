// The search box of the head as an ARIA combobox; without this script it is a form that Enter sends.
(() => {
  const box = document.getElementById("find");
  if (!box) return;
  const make = (tag, more) => Object.assign(document.createElement(tag), more);
  const list = make("ul", { id: "find-list", className: "options", hidden: true });
  const said = make("p", { className: "quiet" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Codes");
  said.setAttribute("role", "status");
  const state = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-controls": list.id };
  for (const [name, value] of Object.entries({ ...state, "aria-expanded": "false" })) box.setAttribute(name, value);
  box.after(list, said);
  let timer = 0, asked = 0, at = -1;

  const close = () => {
    asked++;
    at = -1;
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    at = index;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (at < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const option = (hit, index) => {
    const [system, code] = hit.code.split(/:(.*)/s);
    const found = make("li", { id: `find-${index}` });
    found.setAttribute("role", "option");
    found.dataset.to = `/code/${encodeURIComponent(system)}/${encodeURIComponent(code)}`;
    found.append(make("b", { textContent: code }), ` ${hit.label || system} `);
    found.append(make("small", { textContent: system }));
    return found;
  };
  const ask = async () => {
    const number = ++asked, text = box.value.trim();
    if (!text) return close();
    const answer = await fetch("/api/v1/search?limit=8&text=" + encodeURIComponent(text));
    const hits = answer.ok ? (await answer.json()).hits : [];
    if (number !== asked) return;
    list.replaceChildren(...hits.map(option));
    list.hidden = !hits.length;
    box.setAttribute("aria-expanded", String(Boolean(hits.length)));
    mark(-1);
    said.textContent = hits.length
      ? `${hits.length} ${hits.length === 1 ? "code" : "codes"}; up and down to choose` : "No code";
  };
  const keys = {
    ArrowDown: () => mark((at + 1) % list.children.length),
    ArrowUp: () => mark(at <= 0 ? list.children.length - 1 : at - 1),
    Escape: close,
    Enter: () => { location.href = list.children[at].dataset.to; },
  };

  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (list.hidden || !keys[event.key] || (event.key === "Enter" && at < 0)) return;
    event.preventDefault();
    keys[event.key]();
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const chosen = event.target.closest("[role=option]");
    if (chosen) location.href = chosen.dataset.to;
  });
})();
// On a phone the menu is a strip: show where one is.
document.querySelector(".bar nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
