# SIGNET_SOURCE_TIME: the moment, in Unix seconds, that everything built here says it was made. It is the commit's, or
# what SOURCE_DATE_EPOCH says, so that the same sources give the same files.
set(SIGNET_SOURCE_TIME "$ENV{SOURCE_DATE_EPOCH}")
if(SIGNET_SOURCE_TIME STREQUAL "")
    execute_process(COMMAND git log -1 --format=%ct WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        OUTPUT_VARIABLE SIGNET_SOURCE_TIME OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(SIGNET_SOURCE_TIME STREQUAL "")
    string(TIMESTAMP SIGNET_SOURCE_TIME "%s" UTC)
endif()
set(ENV{SOURCE_DATE_EPOCH} "${SIGNET_SOURCE_TIME}")  # for string(TIMESTAMP)
