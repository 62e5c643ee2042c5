// The plugins of the extension.

import { beside } from "./beside.ts";
import { cards } from "./cards.ts";
import { files } from "./files.ts";
import { menus } from "./menus.ts";
import { opening } from "./opening.ts";
import { running } from "./running.ts";
import { sidebar } from "./sidebar.ts";

export default [opening, files, menus, sidebar, cards, beside, running];
