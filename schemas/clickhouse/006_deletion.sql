-- A deleted post's text is in no answer any more, yet on disk until its part is merged, and a large part may never be. A month whose parts
-- have all rested for two weeks is therefore merged as a whole: once, unless something is added to it.
ALTER TABLE events MODIFY SETTING min_age_to_force_merge_seconds = 1209600, min_age_to_force_merge_on_partition_only = 1;
