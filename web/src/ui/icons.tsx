import type { ReactNode } from "react";

const icon = (paths: ReactNode) =>
  function Icon({ small = false }: { small?: boolean }) {
    return (
      <svg className={`icon${small ? " icon--s" : ""}`} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        {paths}
      </svg>
    );
  };

export const ArrowRight = icon(<path d="M4.5 10h11M11 5.5l4.5 4.5-4.5 4.5" />);
export const ArrowLeft = icon(<path d="M15.5 10h-11M9 5.5 4.5 10 9 14.5" />);
export const Check = icon(<path d="m4.8 10.6 3.4 3.4 7-7.6" />);
export const ChevronUp = icon(<path d="m5.5 12 4.5-4.5 4.5 4.5" />);
export const ChevronDown = icon(<path d="m5.5 8 4.5 4.5L14.5 8" />);
export const ChevronRight = icon(<path d="m8 5.5 4.5 4.5L8 14.5" />);
export const Close = icon(<path d="m5.5 5.5 9 9M14.5 5.5l-9 9" />);
export const Plus = icon(<path d="M10 4.5v11M4.5 10h11" />);
export const Alert = icon(<><path d="M10 3.2 17.4 16H2.6z" /><path d="M10 8.2v3.6M10 13.9v.1" /></>);
export const Info = icon(<><circle cx="10" cy="10" r="7" /><path d="M10 9.2v4M10 6.6v.1" /></>);
export const Download = icon(<path d="M10 3.5v9M6.5 9.2 10 12.7l3.5-3.5M4 16.2h12" />);
export const Search = icon(<><circle cx="9" cy="9" r="5" /><path d="m13 13 3.5 3.5" /></>);
export const Sun = icon(<><circle cx="10" cy="10" r="3.2" /><path d="M10 2.6v1.8M10 15.6v1.8M2.6 10h1.8M15.6 10h1.8M4.8 4.8 6 6M14 14l1.2 1.2M15.2 4.8 14 6M6 14l-1.2 1.2" /></>);
export const Moon = icon(<path d="M16.5 11.8A6.8 6.8 0 0 1 8.2 3.5a6.8 6.8 0 1 0 8.3 8.3z" />);
export const Retry = icon(<><path d="M15.8 10a5.8 5.8 0 1 1-1.7-4.1" /><path d="M15.9 3.2v3.3h-3.3" /></>);
export const Trash = icon(<path d="M4 5.8h12M8.2 5.8V4h3.6v1.8M5.6 5.8l.7 10.2h7.4l.7-10.2M8.5 8.8v4.4M11.5 8.8v4.4" />);
export const List = icon(<path d="M7.5 5.5h8.5M7.5 10h8.5M7.5 14.5h8.5M4 5.5h.1M4 10h.1M4 14.5h.1" />);
export const Lock = icon(<><rect x="4.5" y="9" width="11" height="7.5" rx="2" /><path d="M7 9V6.8a3 3 0 0 1 6 0V9" /></>);
export const Stop = icon(<rect x="5.5" y="5.5" width="9" height="9" rx="1.5" />);
export const Bookmark = icon(<path d="M6 3.5h8v13l-4-3-4 3z" />);
export const Mail = icon(<><rect x="3" y="5" width="14" height="10" rx="2" /><path d="m3.5 6.2 6.5 5 6.5-5" /></>);
export const Phone = icon(<path d="M5 3.5h2.6l1.2 3.4-1.6 1.2a9 9 0 0 0 4.7 4.7l1.2-1.6 3.4 1.2V15a1.6 1.6 0 0 1-1.7 1.6A12 12 0 0 1 3.4 5.2 1.6 1.6 0 0 1 5 3.5z" />);
export const Person = icon(<><circle cx="10" cy="7" r="3" /><path d="M4 16.2c.8-3 3-4.4 6-4.4s5.200 1.400 6 4.400" /></>);
export const Globe = icon(<><circle cx="10" cy="10" r="7" /><path d="M3 10h14M10 3c2.200 2 3 4.300 3 7s-.8 5-3 7c-2.200-2-3-4.300-3-7s.8-5 3-7z" /></>);
export const Key = icon(<><circle cx="7" cy="12.500" r="3" /><path d="m9.200 10.400 6-6M13 6.600l2 2" /></>);
export const Equal = icon(<path d="M5 8h10M5 12h10" />);
