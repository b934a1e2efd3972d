# Sources of the number standardiser; it is usable without the rest of base/.
set(RUF_NUMBER_SOURCES decimal.c number.c number_chars.c number_clean.c number_extension.c number_format.c number_labels.c number_plan.c number_program.c number_scan.c)
