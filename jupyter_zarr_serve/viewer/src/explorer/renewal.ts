// New values in the place of those that h5web has: what it shows stays until all of them are there.

import type { DataContextValue, Dataset, ProvidedEntity, ValuesStoreParams } from "@h5web/app";

/** What h5web was given, so that it can be given anew. */
export class Given {
  private readonly paths = new Set<string>();
  private readonly all = new Map<string, ValuesStoreParams>();
  /** The last part that was asked for of each dataset, which is the one that is seen. */
  private readonly last = new Map<string, ValuesStoreParams>();

  entity(path: string): void {
    this.paths.add(path);
  }

  value(params: ValuesStoreParams): void {
    const { path } = params.dataset;
    this.all.set(`${params.selection ?? ""} ${path}`, params);
    this.last.set(path, params);
  }

  /** Exchange the values, and first the entities if `entityOf` is given. */
  async renew(
    { entitiesStore, attrValuesStore, valuesStore }: DataContextValue,
    valueOf: (params: ValuesStoreParams) => Promise<unknown>,
    entityOf?: (path: string) => Promise<ProvidedEntity>,
  ): Promise<void> {
    const entities = entityOf ? await this.entities(entityOf) : [];
    const datasets = new Map(entities.flatMap(datasetsIn).map((dataset) => [dataset.path, dataset]));
    const wanted = [...this.last.values()].map(({ dataset, selection }) => ({
      dataset: (datasets.get(dataset.path) ?? dataset) as ValuesStoreParams["dataset"],
      selection,
    }));
    // A part that is no longer there is asked for by whoever wants to see it, who is told then.
    const values = await Promise.allSettled(wanted.map(valueOf));
    const failed = values.find((one) => one.status === "rejected");
    if (failed && !entityOf) throw failed.reason;
    if (entityOf) for (const path of this.paths) entitiesStore.evict(path);
    entities.forEach((entity) => {
      for (const one of [entity, ...datasetsIn(entity)]) {
        entitiesStore.preset(one.path, one as ProvidedEntity);
        attrValuesStore.evict(one);
      }
    });
    for (const params of this.all.values()) valuesStore.evict(params);
    this.all.clear();
    values.forEach((one, i) => {
      const params = wanted[i];
      if (!params || one.status === "rejected") return;
      valuesStore.preset(params, one.value);
      this.value(params);
    });
  }

  /** Those that there still are; the first one is what is shown. */
  private async entities(entityOf: (path: string) => Promise<ProvidedEntity>): Promise<ProvidedEntity[]> {
    const found = await Promise.allSettled([...this.paths].map(entityOf));
    const [failed] = found.filter((one) => one.status === "rejected");
    if (failed && failed.reason && found.every((one) => one.status === "rejected")) throw failed.reason;
    return found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  }
}

function datasetsIn(entity: ProvidedEntity): Dataset[] {
  const isDataset = (one: { kind: string }): boolean => one.kind === "dataset";
  const children = "children" in entity ? entity.children.filter(isDataset) : [];
  return [...(isDataset(entity) ? [entity] : []), ...children] as Dataset[];
}
