/** How much is remembered of what was sent: longer than anybody asks for it. */
const REMEMBERED = 1_000;

/** Puts it into the map; the oldest falls out when there are too many. */
export function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.set(key, value);
  if (map.size > REMEMBERED) map.delete([...map.keys()][0]!);
}
