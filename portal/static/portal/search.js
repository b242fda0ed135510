// Search over everything: `/`, Ctrl+K or Cmd+K open the dialog, arrows move, Enter opens, Escape closes. Without script the
// box in the header is a link to the search page. The field is a combobox (WAI-ARIA 1.2): the focus stays in it.

const RECENT = "colonnade-recent";
const KEPT = 6;

function recent() {
  try {
    const found = JSON.parse(localStorage.getItem(RECENT) || "[]");
    return Array.isArray(found) ? found.filter((one) => one && one.url?.startsWith("/") && one.title) : [];
  } catch {
    return []; // a store that cannot be read is an empty one
  }
}

function remember(url, title, note) {
  const rest = recent().filter((one) => one.url !== url);
  try {
    localStorage.setItem(RECENT, JSON.stringify([{ url, title, note }, ...rest].slice(0, KEPT)));
  } catch {
    // a full or forbidden store: nothing is remembered
  }
}

function searching() {
  const dialog = document.getElementById("search-dialog");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const list = document.getElementById("search-hits");
  const said = document.getElementById("search-said");
  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const current = () => list.querySelector("[aria-selected=true]");

  const choose = (option) => {
    current()?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else input.removeAttribute("aria-activedescendant");
  };
  const move = (step) => {
    const all = options();
    if (!all.length) return;
    const now = all.indexOf(current());
    choose(all[now < 0 ? (step > 0 ? 0 : all.length - 1) : (now + step + all.length) % all.length]);
  };
  // What was opened last stands first while nothing is typed.
  const showRecent = () => {
    const group = document.getElementById("search-recent");
    const rows = recent();
    if (!group || !rows.length) return;
    const pattern = list.querySelector("template").content.firstElementChild;
    rows.forEach((row, place) => {
      const option = pattern.cloneNode(true);
      option.id = `recent-${place}`;
      option.href = row.url;
      option.querySelector("span").textContent = row.title;
      option.querySelector("small").textContent = row.note || "";
      group.append(option);
    });
    group.hidden = false;
  };
  const settle = () => {
    showRecent();
    const all = options();
    input.setAttribute("aria-expanded", String(all.length > 0));
    said.textContent = all.length ? `${all.length} found` : input.value ? "Nothing found" : "";
    choose(input.value && all.length ? all[0] : null);
  };
  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    if (!list.children.length) input.dispatchEvent(new Event("search-open"));
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]") !== null;
    const command = (event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !typing && !event.metaKey && !event.ctrlKey && !event.altKey;
    if (!command && !slash) return;
    event.preventDefault();
    open();
  });
  document.querySelector("[data-search]")?.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  list.addEventListener("htmx:afterSwap", settle);
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) remember(option.getAttribute("href"), words(option, "span"), words(option, "small"));
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && current()) {
      event.preventDefault();
      current().click();
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would only be emptied
      dialog.close();
    }
  });
}

const words = (option, part) => option.querySelector(part)?.textContent.trim() || "";

searching();
