import type { components } from "./schema";

type Schemas = components["schemas"];

export type Problem = Schemas["Problem"];
export type Session = Schemas["Session"];
export type FileInfo = Schemas["File"];
export type Profile = Schemas["Profile"];
export type ProfileColumn = Schemas["Column"];
export type Preview = Schemas["Preview"];
export type PreviewRow = Schemas["PreviewRow"];
export type PreviewColumn = Schemas["PreviewColumn"];
export type Job = Schemas["Job"];
export type JobSummary = Schemas["JobSummary"];
export type JobState = Schemas["JobState"];
export type JobList = Schemas["JobList"];
export type JobProgress = Schemas["JobProgress"];
export type JobEvent = Schemas["Event"];
export type JobSubmission = Schemas["JobSubmission"];
export type SavedSpec = Schemas["Spec"];
export type Rules = Schemas["JobData"]["$defs"]["Rules"];
export type Strategy = Schemas["JobData"]["$defs"]["Strategy"];
export type Policy = Schemas["JobData"]["$defs"]["Policy"];
export type Stage = JobProgress["stage"];
export type OutputName = "merged" | "report" | "changes" | "provenance" | "conflicts" | "unmatched_enriched" | "rejects";
