// Answering a review: "none of these" excludes the other choices, and the reason shows where a question does not apply.
document.addEventListener("change", (event) => {
  const box = event.target;
  const form = box.closest?.("[data-answer]");
  if (!form || box.type !== "checkbox") return;
  if (box.name === "selected" && box.checked) {
    const alone = "none" in box.dataset;
    form.querySelectorAll("input[name=selected]").forEach((other) => {
      if (other !== box && (alone || "none" in other.dataset)) other.checked = false;
    });
  }
});
