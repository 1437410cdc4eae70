import { useEffect, useState } from "react";

const KEY = "crm-merge.theme";
type Theme = "light" | "dark";

const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

function chosen(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined;
  }
}

export function applyTheme(theme: Theme = chosen() ?? system()) {
  document.documentElement.dataset.theme = theme;
}

/** The theme, and what changes it: the system's until somebody chooses. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => chosen() ?? system());
  useEffect(() => applyTheme(theme), [theme]);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => chosen() ?? setTheme(system());
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  const choose = (next: Theme) => {
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Kept for this page only.
    }
    setTheme(next);
  };
  return [theme, choose];
}
