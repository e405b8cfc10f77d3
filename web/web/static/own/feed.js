// Shows what happens while the page is open. Closed while the page is hidden: streams count against the connections of
// a browser. Without this the page is as new as when it was loaded.
const list = document.getElementById("hendelser");
const status = document.getElementById("nytt");
const parser = new DOMParser();
const LONGEST = 60_000;
let source = null;
let pause = 1_000;
let timer;

async function renew(title) {
  const answer = await fetch("/hendelser", { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.status === 401) return stop();
  if (!answer?.ok) return;
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.replaceChildren(...parser.parseFromString(await answer.text(), "text/html").body.childNodes);
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  if (title) status.textContent = `${status.dataset.words} ${title}`;
}

function stop() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function again() {
  stop();
  // not all browsers at once, when a server has been restarted
  timer = setTimeout(start, pause * (0.5 + Math.random()));
  pause = Math.min(pause * 2, LONGEST);
}

function start() {
  if (source || document.hidden) return;
  source = new EventSource("/strom");
  source.addEventListener("feed-start", () => {
    pause = 1_000;
    renew(""); // what came between the list and the stream
  });
  source.addEventListener("feed-event", (event) => renew(JSON.parse(event.data).title));
  source.addEventListener("error", again);
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
addEventListener("pagehide", stop);
addEventListener("pageshow", start);
start();
