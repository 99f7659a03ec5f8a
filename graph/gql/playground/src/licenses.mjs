// Writes the licence texts of every package that the bundle holds a part of.
import { existsSync, readdirSync, readFileSync } from "node:fs";

const inputs = Object.keys(JSON.parse(readFileSync(process.argv[2])).inputs);
const folders = new Set();
for (const input of inputs) {
  const found = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
  if (found) folders.add(found[1]);
}
for (const folder of [...folders].sort()) {
  const about = JSON.parse(readFileSync(`${folder}/package.json`));
  if (!about.name) continue;
  console.log(`${about.name} ${about.version} (${about.license})\n`);
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  console.log(file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, "utf8").trim() : "The package ships no licence text of its own.");
  console.log("\n" + "-".repeat(80) + "\n");
}
