// The small behaviours of every page. No page needs them: each is an improvement of a link, a form or a table.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// Theme: three buttons of the user menu.
function themes() {
  const buttons = document.querySelectorAll("[data-theme-choice]");
  const mark = () =>
    buttons.forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === window.colonnadeTheme.stored())),
    );
  buttons.forEach((button) =>
    button.addEventListener("click", () => {
      window.colonnadeTheme.choose(button.dataset.themeChoice);
      mark();
      document.dispatchEvent(new CustomEvent("themechange"));
    }),
  );
  mark();
}

// Times: the same words as portal/templatetags/wording.py, kept fresh while the page stays open.
const THIN = "\u202f";
function relative(then, now) {
  const gap = (then - now) / 1000;
  const size = Math.abs(gap);
  const day = (moment) => Math.floor(moment / 86400000);
  const days = day(then) - day(now);
  let words;
  if (size < 10) return gap > 0 ? "in a moment" : "just now";
  if (size < 60) words = `${Math.round(size)}${THIN}s`;
  else if (size < 3570) words = `${Math.round(size / 60)}${THIN}min`;
  else if (size < 75600 || days === 0) words = `${Math.round(size / 3600)}${THIN}h`;
  else if (Math.abs(days) === 1) return days > 0 ? "tomorrow" : "yesterday";
  else if (Math.abs(days) < 14) words = `${Math.abs(days)} days`;
  else return null; // a date does not age
  return gap > 0 ? `in ${words}` : `${words} ago`;
}
function planned(then, now) {
  const days = Math.round((new Date(then).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86400000);
  const clock = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (days === 0) return `today ${clock}`;
  if (days > 0 && days < 7) return `${then.toLocaleDateString("en-GB", { weekday: "short" })} ${clock}`;
  return null;
}
function times() {
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const refresh = () =>
    document.querySelectorAll("time[data-ago], time[data-when]").forEach((element) => {
      const then = new Date(element.dateTime);
      const words = "when" in element.dataset ? planned(then, new Date()) : relative(then.getTime(), Date.now());
      if (words && words !== element.textContent) element.textContent = words;
      if (!element.dataset.local) {
        element.dataset.local = "yes";
        element.title = `${exact.format(then)}\n${element.title}`;
      }
    });
  refresh();
  setInterval(refresh, 10000);
  document.addEventListener("htmx:afterSwap", refresh);
}

// The server greets by UTC, the page by the clock of who reads it.
function greeting() {
  const words = document.querySelector("[data-greeting]");
  const hour = new Date().getHours();
  if (words) words.textContent = `Good ${hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening"}`;
}

// Tables: j and k move a mark over the rows, Enter opens the first link of the row.
function rows() {
  let current = null;
  const mark = (row) => {
    current?.classList.remove("row-current");
    current = row;
    row.classList.add("row-current");
    row.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j" || event.key === "k") {
      const all = [...document.querySelectorAll("table[data-rows] tbody tr")].filter((row) => row.querySelector("a"));
      const now = all.indexOf(current);
      const next = all[Math.min(all.length - 1, Math.max(0, now + (event.key === "j" ? 1 : -1)))];
      if (next) mark(next);
    } else if (event.key === "Enter" && current?.isConnected && event.target === document.body) {
      current.querySelector("a").click();
    }
  });
}

// Tables: one that is wider than its card takes the focus, so that the arrow keys scroll it.
function wideTables() {
  const mark = () =>
    document.querySelectorAll(".table-wrap").forEach((wrap) => {
      const heading = wrap.closest(".card")?.querySelector("h2")?.textContent.trim();
      if (wrap.scrollWidth <= wrap.clientWidth) {
        wrap.removeAttribute("tabindex");
        wrap.removeAttribute("role");
        return;
      }
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "group");
      wrap.setAttribute("aria-label", `${heading || "Table"}, scrolls sideways`);
    });
  mark();
  window.addEventListener("resize", mark);
  document.addEventListener("toggle", mark, true);
  document.addEventListener("htmx:afterSettle", mark);
}

// Graphs: a drawing that is larger than its box opens with the entity in question in the middle.
function graphs() {
  document.querySelectorAll(".graph-box").forEach((box) => {
    const focus = box.querySelector(".graph-node.focus")?.getBoundingClientRect();
    if (!focus) return;
    const frame = box.getBoundingClientRect();
    box.scrollLeft += focus.left + focus.width / 2 - (frame.left + frame.width / 2);
    box.scrollTop += focus.top + focus.height / 2 - (frame.top + frame.height / 2);
  });
}

// Help: `?` shows the shortcuts.
function help() {
  const dialog = document.getElementById("help-dialog");
  if (!dialog) return;
  const open = () => dialog.open || dialog.showModal();
  document.addEventListener("keydown", (event) => event.key === "?" && !typing(event.target) && open());
  document.querySelector("[data-help]")?.addEventListener("click", (event) => {
    event.target.closest("[popover]")?.hidePopover();
    open();
  });
}

// Risky acts: a form or button with data-confirm asks once before it is sent, also when htmx would send it.
function confirming() {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog) return;
  let waiting = null;
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const words = event.submitter?.dataset.confirm || form.dataset.confirm;
      if (!words || form.dataset.confirmed) {
        delete form.dataset.confirmed;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = { form, submitter: event.submitter };
      dialog.querySelector("p").textContent = words;
      const label = event.submitter?.textContent.trim();
      dialog.querySelector("[data-confirm-yes]").textContent = label || "Go on";
      dialog.returnValue = "";
      dialog.showModal();
    },
    true,
  );
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes" && waiting) {
      waiting.form.dataset.confirmed = "yes";
      waiting.form.requestSubmit(waiting.submitter?.isConnected ? waiting.submitter : undefined);
    }
    waiting = null;
  });
}

// Filters send themselves when a choice changes; empty fields stay out of the address.
function filters() {
  document.addEventListener("change", (event) => {
    event.target.closest("form[data-autosubmit]")?.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-autosubmit]")) return;
    event.target.querySelectorAll("input, select").forEach((field) => {
      if (field.value === "") field.disabled = true;
    });
  });
  window.addEventListener("pageshow", () =>
    document.querySelectorAll("form[data-autosubmit] :disabled").forEach((field) => (field.disabled = false)),
  );
}

// A thin bar moves while a page or a fragment that somebody asked for is on its way; polling is silent.
function loading() {
  const root = document.documentElement;
  const start = () => root.classList.add("loading");
  const stop = () => root.classList.remove("loading");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const trigger = event.target.getAttribute("hx-trigger") || "";
    if (!trigger.includes("every")) start();
  });
  document.addEventListener("htmx:afterRequest", stop);
  window.addEventListener("beforeunload", start);
  window.addEventListener("pageshow", stop);
}

// What is folded open stays open when a part of the page comes anew, and what was closed stays closed.
function folds() {
  const named = () => {
    const seen = new Map();
    return [...document.querySelectorAll("main details")].map((fold) => {
      const words = fold.querySelector("summary")?.textContent.trim() || "";
      seen.set(words, (seen.get(words) || 0) + 1);
      return [`${words} ${seen.get(words)}`, fold];
    });
  };
  let before = new Map();
  document.addEventListener("htmx:beforeSwap", () => {
    before = new Map(named().map(([name, fold]) => [name, fold.open]));
  });
  document.addEventListener("htmx:afterSwap", () =>
    named().forEach(([name, fold]) => before.has(name) && (fold.open = before.get(name))),
  );
}

function printing() {
  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
}

themes();
times();
greeting();
rows();
wideTables();
graphs();
help();
confirming();
filters();
folds();
loading();
printing();
// Strips that scroll sideways show where one is, without moving the page.
document.querySelectorAll(".site-nav, .tabs, .kinds").forEach((strip) => {
  const now = strip.querySelector("[aria-current]");
  if (now) strip.scrollLeft += now.getBoundingClientRect().left - strip.getBoundingClientRect().left - 40;
});
