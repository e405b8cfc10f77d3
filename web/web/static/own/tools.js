// Searching while one types, and a tool in a side panel. Without this the form and the links do the same by pages.
import { enliven } from "./forms.js";

const form = document.getElementById("filtre");
const list = document.getElementById("liste");
const panel = document.getElementById("panel");
const content = panel.querySelector("[data-panel-content]");
const parser = new DOMParser();
let asked = 0;
let pause;

async function page(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  document.dispatchEvent(new Event("hv:asked"));
  return parser.parseFromString(await answer.text(), "text/html");
}

async function search() {
  const number = ++asked;
  // a national identity number was meant for another field, and goes into no address
  if (/\d{6}\s?\d{5}/.test(form.elements.q.value)) return;
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  try {
    const found = await page(`/verktoy?${new URLSearchParams([...query, ["del", "liste"]])}`);
    if (number !== asked) return;
    list.replaceChildren(...found.body.childNodes);
    history.replaceState(null, "", query.size ? `/verktoy?${query}` : "/verktoy");
  } catch {
    if (number === asked) form.submit();
  }
}

async function open(link) {
  try {
    const found = (await page(link.href)).getElementById("panel-innhold");
    content.replaceChildren(...found.childNodes);
    panel.showModal();
    panel.scrollTop = 0;
    enliven(content);
  } catch {
    location.assign(link.href);
  }
}

form.addEventListener("input", (event) => {
  clearTimeout(pause);
  pause = setTimeout(search, event.target.id === "q" ? 250 : 0);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(pause);
  search();
});
list.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-panel]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link);
});
panel.querySelector("[data-close]").addEventListener("click", () => panel.close());
panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
