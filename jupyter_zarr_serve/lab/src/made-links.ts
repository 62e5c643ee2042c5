// The addresses of links that were made in this window: the server tells each of them once. It knows nothing of Lab.

const MADE = new Map<string, string>(); // by the ids of links

export function remember(id: string, address: string): void {
  MADE.set(id, address);
}

/** The address of a link; undefined where it was made elsewhere, or before the page was loaded. */
export function addressOf(id: string): string | undefined {
  return MADE.get(id);
}
