import "@fontsource-variable/inter/index.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "@crm-merge/batch-upload/style.css";
import "./style/screens.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { applyTheme } from "./app/theme";

applyTheme();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
