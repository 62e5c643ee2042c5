// Units as files spell them: how long they are, and how people write them.

/** Those of length, in metres. */
export const METRES: Record<string, number> = {
  angstrom: 1e-10,
  picometer: 1e-12,
  nanometer: 1e-9,
  micrometer: 1e-6,
  millimeter: 1e-3,
  centimeter: 1e-2,
  meter: 1,
  kilometer: 1e3,
  nm: 1e-9,
  um: 1e-6,
  µm: 1e-6,
  mm: 1e-3,
  cm: 1e-2,
  m: 1,
  km: 1e3,
};

// Of names that OME-Zarr has for units; https://ngff.openmicroscopy.org/0.5/#axes-md
const SYMBOLS: Record<string, string> = {
  angstrom: "Å",
  picometer: "pm",
  nanometer: "nm",
  micrometer: "µm",
  um: "µm",
  millimeter: "mm",
  centimeter: "cm",
  meter: "m",
  kilometer: "km",
  microsecond: "µs",
  millisecond: "ms",
  second: "s",
  minute: "min",
  hour: "h",
};

/** The symbol of a unit that has one; else the unit as it is. */
export const symbolOf = (unit: string): string => SYMBOLS[unit] ?? unit;
