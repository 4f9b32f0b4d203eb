// Asks for the results while one types; without this script Enter asks for the same.
(() => {
  const box = document.querySelector("form[data-live] input[name=q]");
  const list = document.getElementById("results");
  if (!box || !list) return;
  let timer = 0, asked = 0;
  const ask = async () => {
    const number = ++asked, query = new URLSearchParams(new FormData(box.form));
    const answer = await fetch("/results?" + query, { headers: { Accept: "text/html" } });
    const text = await answer.text();
    if (number !== asked || !answer.ok) return;
    list.innerHTML = text;
    history.replaceState(null, "", box.value ? "/?" + query : "/");
  };
  box.form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
})();
