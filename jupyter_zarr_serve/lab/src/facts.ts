// What is said of a thing beneath the tree. It knows nothing of Lab.

import type { TranslationBundle } from "@jupyterlab/translation";
import { untilText, usedText } from "./life.ts";
import type { Described, Link, Member, Stats } from "./told.ts";
import { groupText, shapeText, sizeText } from "./tree.ts";

/** What something is called, and what it is. */
export type Fact = readonly [string, string];

type Trans = Pick<TranslationBundle, "__">;

const MOST = 6; // attributes
const DIGITS = 6;
const OURS = new Set(["units", "python_object"]); // said in another way, or of use to programs alone

/** What is said of an array or a group. */
export function nodeFacts(
  node: Described | Member,
  stats: Stats | undefined,
  called: string,
  trans: Trans,
): Fact[] {
  const attributes = "attributes" in node ? (node.attributes ?? {}) : {};
  const units = typeof attributes["units"] === "string" ? attributes["units"] : "";
  const others = Object.entries(attributes).filter(([name]) => !OURS.has(name));
  const members = "members" in node ? node.members : undefined;
  const facts: Fact[] = [
    [trans.__("Kind"), called],
    [trans.__("Shape"), shapeText({ ...node, name: "" }, trans.__("scalar"))],
    [trans.__("Type"), node.dtype ?? ""],
    [trans.__("Size"), sizeText(node.nbytes)],
    [trans.__("Values"), rangeText(stats, trans)],
    [trans.__("Units"), units],
    [trans.__("Members"), members ? groupText(String(members.total), members) : ""],
    ...others.slice(0, MOST).map(([name, value]): Fact => [name, textOf(value)]),
    [trans.__("Attributes"), others.length > MOST ? trans.__("%1 more", others.length - MOST) : ""],
  ];
  return facts.filter(([, fact]) => fact !== "");
}

/** What is said of a share link. */
export function linkFacts(link: Link, trans: Trans): Fact[] {
  const pages = link.origins.includes("*") ? trans.__("of all sites") : link.origins.join(", ");
  const facts: Fact[] = [
    [trans.__("Note"), link.note],
    [trans.__("Valid"), untilText(link.expires, trans)],
    [trans.__("Use"), usedText(link, trans)],
    [trans.__("Web pages"), pages],
  ];
  return facts.filter(([, fact]) => fact !== "");
}

/** The least and the greatest value. */
export function rangeText(stats: Stats | undefined, trans: Trans): string {
  if (!stats || stats.min === null || stats.max === null) return "";
  const [least, greatest] = stats.text ?? [numberText(stats.min), numberText(stats.max)];
  const range = trans.__("%1 to %2", least ?? "", greatest ?? "");
  return stats.is_sampled ? trans.__("about %1", range) : range;
}

function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(DIGITS)));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
