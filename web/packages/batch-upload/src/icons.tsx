import type { ReactNode } from "react";

const icon = (paths: ReactNode) =>
  function Icon() {
    return (
      <svg className="bu-icon" viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        {paths}
      </svg>
    );
  };

export const CloudUp = icon(
  <>
    <path d="M6 15.5a3.9 3.9 0 0 1-.6-7.7 5 5 0 0 1 9.5 1.1A3.4 3.4 0 0 1 14.5 15.5" />
    <path d="M10 16.5v-6M7.6 12.6 10 10.2l2.4 2.4" />
  </>,
);
export const Plus = icon(<path d="M10 4.5v11M4.5 10h11" />);
export const Sheet = icon(
  <>
    <path d="M5 2.8h6.6L15.2 6.4v10.8H5z" />
    <path d="M7.6 9.2h5M7.6 11.7h5M7.6 14.2h5M10.1 9.2v5" />
  </>,
);
export const Check = icon(<path d="m4.8 10.6 3.4 3.4 7-7.6" />);
export const Close = icon(<path d="m5.5 5.5 9 9M14.5 5.5l-9 9" />);
export const Pause = icon(<path d="M7.2 5v10M12.8 5v10" />);
export const Play = icon(<path d="M7 4.6 15 10l-8 5.4z" />);
export const Retry = icon(
  <>
    <path d="M15.8 10a5.8 5.8 0 1 1-1.7-4.1" />
    <path d="M15.9 3.2v3.3h-3.3" />
  </>,
);
export const Eye = icon(
  <>
    <path d="M2.2 10S5 4.8 10 4.8 17.8 10 17.8 10 15 15.2 10 15.2 2.2 10 2.2 10z" />
    <circle cx="10" cy="10" r="2.3" />
  </>,
);
export const ChevronUp = icon(<path d="m5.5 12 4.5-4.5 4.5 4.5" />);
export const ChevronDown = icon(<path d="m5.5 8 4.5 4.5L14.5 8" />);
export const Alert = icon(
  <>
    <path d="M10 3.2 17.4 16H2.6z" />
    <path d="M10 8.2v3.6M10 13.9v.1" />
  </>,
);
export const ArrowRight = icon(<path d="M4.5 10h11M11 5.5l4.5 4.5-4.5 4.5" />);
