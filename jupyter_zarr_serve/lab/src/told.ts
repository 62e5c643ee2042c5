// The shapes of what the server tells.

/** How many members are asked for at a time. */
export const LIMIT = 200;

export interface Member {
  readonly name: string;
  readonly kind: "array" | "group" | "unavailable" | "unknown";
  readonly called?: string;
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly dimension_names?: readonly (string | null)[] | null;
  readonly nbytes?: number | null;
  readonly message?: string;
}

export interface Described extends Omit<Member, "name"> {
  readonly path: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly previews?: Readonly<Record<string, unknown>>;
  readonly members?: { readonly total: number; readonly items: readonly Member[] };
}

export interface Snippet {
  readonly title: string;
  readonly code: string;
}

export interface Link {
  readonly id: string;
  readonly path: string;
  readonly note: string;
  readonly state: string;
  readonly expires: string | null;
  readonly last_used: string | null;
  readonly uses: number;
}

export interface Made extends Link {
  /** The address of the link, as far as the server knows its host. */
  readonly url: string;
  /** The same without a host. */
  readonly link: string;
}
