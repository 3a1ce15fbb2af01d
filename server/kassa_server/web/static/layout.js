// Moves the buttons of a layout by drag and drop or by keys; what is sent is the form's text, which works without this.
"use strict";
(() => {
  const grid = document.getElementById("shown");
  const form = document.getElementById("layout");
  const adding = document.getElementById("adding");
  if (!grid || !form || !adding) return;
  const text = form.elements.namedItem("buttons");
  const items = () => [...grid.children];
  const told = () => { text.value = items().map((item) => item.dataset.line).join("\n"); };

  const key = (label, sign, does) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = sign;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", does);
    return made;
  };
  const moved = (item, step, focus) => {
    const to = items().indexOf(item) + step;
    if (to < 0 || to >= items().length) return;
    grid.insertBefore(item, step < 0 ? grid.children[to] : grid.children[to].nextSibling);
    told();
    focus.focus();
  };
  const equip = (item) => {
    const name = item.firstElementChild.textContent;
    const keys = document.createElement("span");
    keys.className = "moves";
    const { earlier, later, remove } = grid.dataset;
    const left = key(`${earlier}: ${name}`, "\u2190", () => moved(item, -1, left));
    const right = key(`${later}: ${name}`, "\u2192", () => moved(item, 1, right));
    const gone = key(`${remove}: ${name}`, "\u00d7", () => { item.remove(); told(); });
    keys.append(left, right, gone);
    item.append(keys);
    item.addEventListener("pointerdown", (event) => lifted(event, item));
  };
  const lifted = (event, item) => {
    if (event.button !== 0 || event.target.closest("button")) return;
    event.preventDefault();
    item.setPointerCapture(event.pointerId);
    item.classList.add("lifted");
    const over = (at) => {
      const there = items().find((one) => {
        const box = one.getBoundingClientRect();
        return one !== item && at.clientX >= box.left && at.clientX <= box.right
          && at.clientY >= box.top && at.clientY <= box.bottom;
      });
      if (!there) return;
      const before = items().indexOf(item) > items().indexOf(there);
      grid.insertBefore(item, before ? there : there.nextSibling);
    };
    const put = () => {
      item.classList.remove("lifted");
      item.removeEventListener("pointermove", over);
      told();
    };
    item.addEventListener("pointermove", over);
    item.addEventListener("lostpointercapture", put, { once: true });
  };
  document.getElementById("add").addEventListener("click", () => {
    const chosen = document.getElementById("operation").selectedOptions[0];
    const item = document.createElement("li");
    item.dataset.line = chosen.value;
    const name = document.createElement("span");
    name.textContent = chosen.textContent.replace(/ \(\d+\)$/, "");
    const number = document.createElement("span");
    number.className = "quiet";
    number.textContent = chosen.value;
    item.append(name, number);
    equip(item);
    grid.append(item);
    told();
  });
  document.getElementById("save-grid").addEventListener("click", () => form.requestSubmit());
  items().forEach(equip);
  grid.classList.add("editable");
  adding.hidden = false;
  document.getElementById("how").hidden = false;
})();
