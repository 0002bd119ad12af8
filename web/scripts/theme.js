// The theme is a cookie that the server reads, so that the first paint is right. "auto" follows
// the system; the button leads to the other one of light and dark.
const YEAR_S = 365 * 24 * 3600;

export function nextTheme(current, systemIsDark) {
  const shown = current === 'light' || current === 'dark' ? current : systemIsDark ? 'dark' : 'light';
  return shown === 'dark' ? 'light' : 'dark';
}

export function startTheme() {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  document.addEventListener('click', (event) => {
    if (!event.target.closest('[data-theme-toggle]')) return;
    const theme = nextTheme(root.dataset.theme, system.matches);
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    root.dataset.theme = theme;
    document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
  });
}
