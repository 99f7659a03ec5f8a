// The playground: GraphiQL, told by the page which endpoint it is for.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/graphiql.css";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import React from "react";

const config = JSON.parse(document.getElementById("config").textContent);

// Two playgrounds of one origin (shop and staff) must not share their tabs.
const prefix = config.endpoint + ":";
const storage = {
  get length() {
    return keys().length;
  },
  getItem: (name) => localStorage.getItem(prefix + name),
  setItem: (name, value) => localStorage.setItem(prefix + name, value),
  removeItem: (name) => localStorage.removeItem(prefix + name),
  clear: () => keys().forEach((name) => localStorage.removeItem(name)),
};
const keys = () => Object.keys(localStorage).filter((name) => name.startsWith(prefix));

const subscriptions = () => {
  const url = new URL(config.subscriptions, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return createClient({ url: url.href });
};

const fetcher = createGraphiQLFetcher({
  url: config.endpoint,
  wsClient: config.subscriptions ? subscriptions() : undefined,
});

const tabs = (config.examples || []).map((example) => ({
  query: `# ${example.name}\n\n${example.query.trim()}\n`,
  variables: example.variables || null,
  headers: example.headers || null,
}));

// GraphiQL shows the variables of the first tab only if it finds them stored.
if (tabs[0]?.variables && storage.getItem("graphiql:tabState") === null) {
  storage.setItem("graphiql:variables", tabs[0].variables);
}

createRoot(document.getElementById("playground")).render(
  <GraphiQL fetcher={fetcher} storage={storage} defaultTabs={tabs.length ? tabs : undefined} defaultHeaders={config.headers || undefined}>
    <GraphiQL.Logo>{config.title}</GraphiQL.Logo>
  </GraphiQL>,
);
