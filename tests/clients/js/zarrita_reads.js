import { main } from "./answers.js";
import { reader } from "./zarrita_reader.js";

await main(reader);
