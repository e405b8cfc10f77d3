// Tells in time that the session is about to end, and lets whoever is there stay.
const dialog = document.getElementById("ledig");
const idle = Number(dialog?.dataset.idle ?? 0) * 1000;
const WARNING = 120_000;
let warning;

function wait() {
  clearTimeout(warning);
  warning = setTimeout(() => dialog.showModal(), Math.max(idle - WARNING, 1_000));
}

async function stay(event) {
  event.preventDefault();
  const form = event.target;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  dialog.close();
  if (answer?.ok) wait();
}

if (idle) {
  dialog.querySelector("form").addEventListener("submit", stay);
  document.addEventListener("hv:asked", wait);
  wait();
}
