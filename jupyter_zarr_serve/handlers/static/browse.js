// Buttons that copy, pictures that take time, and light or dark; without this script the page does all else.

"use strict";

const ICONS = 3; // small pictures that are asked for at once
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

/** The body of the notebook around this page; nothing where there is none, or it is of another origin. */
function bodyAround() {
  try {
    const body = window.parent === window ? undefined : window.parent.document.body;
    return body?.dataset.jpThemeLight === undefined ? undefined : body;
  } catch {
    return undefined;
  }
}

/** What the notebook around this page, or else the person, chose; nothing where the system decides. */
function chosen() {
  try {
    const around = bodyAround()?.dataset.jpThemeLight;
    if (around !== undefined) return around === "true" ? "light" : "dark";
    return localStorage.getItem("jupyter-zarr-serve:theme") ?? undefined;
  } catch {
    return undefined; // another origin is around it, or nothing may be kept
  }
}

function paint() {
  const theme = chosen();
  if (theme === undefined) delete root.dataset.theme;
  else root.dataset.theme = theme;
  const button = document.getElementById("theme");
  if (button) button.firstChild.textContent = isDark() ? "Light" : "Dark";
}

function isDark() {
  return root.dataset.theme === undefined ? system.matches : root.dataset.theme === "dark";
}

function turn() {
  try {
    localStorage.setItem("jupyter-zarr-serve:theme", isDark() ? "light" : "dark");
  } catch {
    return;
  }
  paint();
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy).textContent;
  const label = button.firstChild.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.firstChild.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
    button.firstChild.textContent = "Press Ctrl+C";
  }
  document.getElementById("said").textContent = button.firstChild.textContent;
  setTimeout(() => (button.firstChild.textContent = label), 1500);
}

/** Take a token out of the address, where the server could not; links and the history must not hold it. */
function leaveToken() {
  const here = new URL(location.href);
  if (!here.searchParams.has("token")) return;
  here.searchParams.delete("token");
  history.replaceState(history.state, "", here);
}

/** What the server says in the end: while it says "later", it is asked again. */
async function patiently(url, xsrf) {
  // A JupyterHub takes a script's cookie only beside this.
  const headers = xsrf ? { "X-XSRFToken": xsrf } : {};
  for (;;) {
    const response = await fetch(url, { headers });
    if (response.status !== 503) return response;
    const seconds = Number(response.headers.get("Retry-After")) || 1;
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 10) * 1000));
  }
}

/** Say that a picture is being made, and show it once it is, or say why there is none. */
function follow(image) {
  const { later } = image.dataset; // a JupyterHub shows no picture by a login alone
  const note = image.parentElement.querySelector("[role=status]");
  const slow = setTimeout(() => (note.textContent = "Computing…"), 500);
  const done = () => {
    clearTimeout(slow);
    note.textContent = "";
    image.hidden = false;
    image.alt = image.dataset.alt;
  };
  const retry = async () => {
    clearTimeout(slow);
    image.hidden = true;
    note.textContent = "Computing…";
    try {
      const response = await patiently(later ?? image.src, image.dataset.xsrf);
      if (response.ok) image.src = URL.createObjectURL(await response.blob());
      else note.textContent = (await response.json()).message;
    } catch {
      note.textContent = "The server did not answer; load the page again.";
    }
  };
  image.addEventListener("load", done);
  if (later) return void retry();
  image.addEventListener("error", () => void retry(), { once: true });
  if (image.complete) image.dispatchEvent(new Event(image.naturalWidth ? "load" : "error"));
}

/** Ask for the page again until a part of it that takes long is made, and put that in its place. */
async function followPart(note) {
  const part = note.parentElement;
  const headers = { Accept: "text/html", ...(note.dataset.xsrf && { "X-XSRFToken": note.dataset.xsrf }) };
  for (let again = note; again; again = document.querySelector(`#${part.id} [data-part]`)) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const response = await fetch(location.href, { headers });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const made = page.getElementById(part.id);
    if (!made) return;
    document.getElementById(part.id).replaceWith(made);
  }
}

const asked = new Map(); // boxes whose pictures are on their way, each with what ends the question
const wanted = new Set(); // boxes that are seen and wait for their turn
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) wanted.add(target);
    else {
      wanted.delete(target);
      asked.get(target)?.abort();
    }
  }
  askForIcons();
});

/** Show the small pictures of rows that are seen; no others are asked for. */
function followIcons(part, before = new Map()) {
  for (const box of part.querySelectorAll("[data-icon]")) {
    const known = before.get(box.dataset.icon);
    if (known) box.replaceChildren(known); // until it has been drawn anew
    sight.observe(box);
  }
}

/** The small pictures of a part of the page by their addresses. */
function iconsOf(part) {
  const boxes = [...part.querySelectorAll("[data-icon]")].filter((box) => box.firstChild);
  return new Map(boxes.map((box) => [box.dataset.icon, box.firstChild]));
}

function askForIcons() {
  for (const box of wanted) {
    if (asked.size >= ICONS) return;
    wanted.delete(box);
    if (box.isConnected) void askForIcon(box);
  }
}

async function askForIcon(box) {
  const ending = new AbortController();
  asked.set(box, ending);
  const headers = box.dataset.xsrf ? { "X-XSRFToken": box.dataset.xsrf } : {};
  try {
    const response = await fetch(box.dataset.icon, { headers, signal: ending.signal, priority: "low" });
    sight.unobserve(box); // there is no picture, or it has come
    if (response.status === 503) {
      sight.disconnect(); // a kernel computes, or the server is busy: pictures are not worth waiting for
      wanted.clear();
    } else if (response.ok) {
      const image = new Image();
      image.alt = "";
      image.src = URL.createObjectURL(await response.blob());
      image.addEventListener("load", () => URL.revokeObjectURL(image.src));
      box.replaceChildren(image);
    }
  } catch {
    // it is not seen any more, or the server is away
  } finally {
    asked.delete(box);
    askForIcons();
  }
}

leaveToken();
paint();
system.addEventListener("change", paint);
document.addEventListener("DOMContentLoaded", () => {
  paint();
  // A proxy may have changed what the server thinks is its address.
  for (const code of document.querySelectorAll("code[data-path]")) {
    const real = new URL(code.dataset.path, location.href).href;
    code.textContent = code.id === "page" ? real : real.replace(/\/$/, "");
  }
  for (const code of document.querySelectorAll("code[data-given]")) {
    const { given, root } = code.dataset;
    code.textContent = code.textContent.replaceAll(given, new URL(root, location.href).href);
  }
  for (const field of document.querySelectorAll("input[data-root]"))
    field.value = new URL(field.dataset.root, location.href).href;
  for (const time of document.querySelectorAll("time"))
    time.title = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
  for (const link of document.querySelectorAll("a[data-template]")) {
    const source = new URL(link.dataset.source, location.href).href;
    link.href = link.dataset.template.replace("{source}", encodeURIComponent(source));
  }
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const image of document.querySelectorAll("img[data-alt]")) follow(image);
  for (const note of document.querySelectorAll("[data-part]")) void followPart(note);
  followIcons(document);
  const around = bodyAround();
  if (around) {
    new MutationObserver(paint).observe(around, { attributeFilter: ["data-jp-theme-light"] });
    return; // the notebook has a choice of its own
  }
  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", turn);
});
