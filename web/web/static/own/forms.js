// Counters as people count characters, copying, and forms that are sent once.
export const count = (text) => [...new Intl.Segmenter("nb", { granularity: "grapheme" }).segment(text.normalize("NFC"))].length;

function counter(line, area) {
  const [left, over] = line.dataset.words.split("|");
  const most = Number(area.dataset.count);
  const tell = () => {
    const rest = most - count(area.value);
    line.textContent = (rest < 0 ? over : left).replace("{count}", Math.abs(rest));
    line.classList.toggle("hv-over", rest < 0);
    // read aloud near the end only, not at every key
    line.setAttribute("aria-live", rest < 20 ? "polite" : "off");
  };
  line.hidden = false;
  area.addEventListener("input", tell);
  tell();
}

function copier(button) {
  const source = document.getElementById(button.dataset.copy);
  const status = button.parentElement.querySelector("[data-copy-status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.innerText);
      status.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(source);
      status.textContent = button.dataset.failed;
    }
  });
}

function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  // back in the history: the form may be sent again, and its key sees to it that nothing happens twice
  addEventListener("pageshow", () => delete form.dataset.sent);
}

export function enliven(root) {
  for (const line of root.querySelectorAll("[data-count-of]")) counter(line, root.querySelector(`#${line.dataset.countOf}`));
  for (const button of root.querySelectorAll("[data-copy]")) copier(button);
  for (const form of root.querySelectorAll("form[data-once]")) once(form);
}

enliven(document);
