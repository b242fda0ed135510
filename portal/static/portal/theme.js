// Runs before the first paint: the stored theme (light, dark or auto) must be set before anything is drawn.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto"; // storage may be forbidden
    }
  };
  const paint = () => {
    const choice = stored();
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
  };
  document.documentElement.classList.add("scripted");
  paint();
  system.addEventListener("change", paint);
  window.addEventListener("storage", paint);
  window.colonnadeTheme = {
    stored,
    choose(choice) {
      try {
        localStorage.setItem("theme", choice);
      } catch {
        return; // the choice holds for this page only
      } finally {
        paint();
      }
    },
  };
})();
