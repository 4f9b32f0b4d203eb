// Asks for the results while one types; without this script Enter asks for the same.
(() => {
  const box = document.querySelector("form[data-live] input[name=q]");
  const list = document.getElementById("results");
  const said = document.getElementById("said");
  const start = document.getElementById("start");
  if (!box || !list || !said) return;
  let timer = 0, asked = 0;
  const ask = async () => {
    const number = ++asked, query = new URLSearchParams(new FormData(box.form));
    const answer = await fetch("/results?" + query, { headers: { Accept: "text/html" } });
    const text = await answer.text();
    if (number !== asked) return;
    if (!answer.ok && answer.status !== 400 && answer.status !== 404) {
      said.textContent = "No answer yet; Enter asks again";
      return;
    }
    list.innerHTML = text;
    const head = list.querySelector("h2"), first = list.querySelector(".results li");
    const best = first ? "; first " + first.innerText.split("\n").slice(0, 2).join(" ") : "";
    said.textContent = head ? head.textContent + best : "";
    if (start) start.hidden = Boolean(head);
    history.replaceState(null, "", box.value ? "/?" + query : "/");
  };
  box.form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  // Down from the box into the results, up and down among them, up from the first back into the box.
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [box, ...list.querySelectorAll(".results a")];
    const here = stops.indexOf(document.activeElement);
    if (!step || here < 0 || stops.length === 1) return;
    const next = stops[here + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
})();
