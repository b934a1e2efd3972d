# Sources of the number standardiser; it is usable without the rest of base/.
set(RUF_NUMBER_SOURCES number.c number_plan.c number_scan.c)
