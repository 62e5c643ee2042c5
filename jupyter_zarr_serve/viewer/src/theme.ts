// Light or dark: as the notebook around the page is, or as the system is.

const query = matchMedia("(prefers-color-scheme: dark)");

export function followTheme(): void {
  apply();
  query.addEventListener("change", apply);
  const body = bodyAround();
  if (body) new MutationObserver(apply).observe(body, { attributeFilter: ["data-jp-theme-light"] });
}

function apply(): void {
  const told = bodyAround()?.dataset["jpThemeLight"];
  const isDark = told === undefined ? query.matches : told === "false";
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
}

/** The body of the page that frames this one, if it is of the same origin. */
function bodyAround(): HTMLElement | undefined {
  try {
    return window.parent === window ? undefined : window.parent.document.body;
  } catch {
    return undefined;
  }
}
